import type { AudioBlock, CacheMark, DocumentBlock, Extensions, ImageBlock, MediaSource } from '@switchyard/canonical';
import type { OpaqueBlock, RefusalBlock, TextBlock, ToolResultBlock } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { extensionsOf } from '../extensions/extensions.js';
import { compact, restOf } from '../json/json-object.js';
import { objectOf, stringOf, wordOf } from '../json/read-json.js';
import { decodeLogprobs } from '../openai-chat/logprobs.js';
import { decodeAudioFormat, decodeMediaUrl } from '../openai-chat/media.js';
import { decodeAnnotations } from './citations.js';
import { RESPONSES } from './reasoning-proof.js';

type PartBlock = TextBlock | RefusalBlock | ImageBlock | DocumentBlock | AudioBlock | OpaqueBlock;

/**
 * One content part as a block. `item` names the item it is a part of: blocks that name the same one become one item again,
 * and an opaque block that names one is a part, not an item of its own.
 */
export function decodePart(part: JsonObject, item: JsonObject | undefined): PartBlock {
  switch (part['type']) {
    case 'input_text':
    case 'output_text':
    case 'text':
      return compact({
        type: 'text',
        text: stringOf(part['text']) ?? '',
        citations: decodeAnnotations(part['annotations']),
        logprobs: decodeLogprobs(part['logprobs']),
        cache: decodeCacheMark(part),
        extensions: partExtensions(part, ['text', 'annotations', 'logprobs'], item),
      });
    case 'refusal':
      return compact({
        type: 'refusal',
        text: stringOf(part['refusal']) ?? '',
        extensions: partExtensions(part, ['refusal'], item),
      });
    case 'input_image':
      return decodeImage(part, item);
    case 'input_file':
      return decodeFile(part, item);
    case 'input_audio':
      return decodeAudio(part, item);
    default:
      return opaquePart(part, item);
  }
}

export function decodeContent(content: string | readonly JsonObject[], item?: JsonObject): PartBlock[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return content.map((part) => decodePart(part, item));
}

/** A tool result holds no sound and no refusal: such parts stay as they are. */
export function decodeResultContent(output: string | readonly JsonObject[]): ToolResultBlock['content'] {
  if (typeof output === 'string') return [{ type: 'text', text: output }];
  return output.map((part) => {
    const block = decodePart(part, undefined);
    return block.type === 'audio' || block.type === 'refusal' ? opaquePart(part, undefined) : block;
  });
}

/** What a part says beside its content. Lists that are empty say nothing. */
export function partFields(part: JsonObject, known: readonly string[]): JsonObject {
  const rest = restOf(part, ['type', ...known]) ?? {};
  return Object.fromEntries(Object.entries(rest).filter(([, value]) => !Array.isArray(value) || value.length > 0));
}

function partExtensions(
  part: JsonObject,
  known: readonly string[],
  item: JsonObject | undefined,
): Extensions | undefined {
  return extensionsOf(RESPONSES, { ...(item && { item }), ...partFields(part, known) });
}

/** Its own dialect sends the mark as it came; the others read the canonical one. */
function decodeCacheMark(part: JsonObject): CacheMark | undefined {
  return part['prompt_cache_breakpoint'] ? {} : undefined;
}

function decodeImage(part: JsonObject, item: JsonObject | undefined): ImageBlock | OpaqueBlock {
  const source = decodeSource(wordOf(part['image_url']), wordOf(part['file_id']));
  if (source === undefined) return opaquePart(part, item);
  return compact({
    type: 'image',
    source,
    detail: wordOf(part['detail']),
    cache: decodeCacheMark(part),
    extensions: partExtensions(part, ['image_url', 'file_id', 'detail'], item),
  });
}

function decodeFile(part: JsonObject, item: JsonObject | undefined): DocumentBlock | OpaqueBlock {
  const data = wordOf(part['file_data']);
  const source =
    data === undefined ? decodeSource(wordOf(part['file_url']), wordOf(part['file_id'])) : decodeData(data);
  if (source === undefined) return opaquePart(part, item);
  return compact({
    type: 'document',
    source,
    title: wordOf(part['filename']),
    cache: decodeCacheMark(part),
    extensions: partExtensions(part, ['file_data', 'file_url', 'file_id', 'filename'], item),
  });
}

function decodeAudio(part: JsonObject, item: JsonObject | undefined): AudioBlock | OpaqueBlock {
  const { data, format } = objectOf(part['input_audio']);
  if (typeof data !== 'string' || typeof format !== 'string') return opaquePart(part, item);
  const source = { type: 'data' as const, mediaType: decodeAudioFormat(format), data };
  return compact({ type: 'audio', source, extensions: partExtensions(part, ['input_audio'], item) });
}

function opaquePart(part: JsonObject, item: JsonObject | undefined): OpaqueBlock {
  return { type: 'opaque', dialect: RESPONSES, value: part, extensions: { [RESPONSES]: { item: item ?? {} } } };
}

function decodeSource(url: string | undefined, fileId: string | undefined): MediaSource | undefined {
  if (url !== undefined) return decodeMediaUrl(url);
  return fileId === undefined ? undefined : { type: 'file', fileId };
}

/** A data URL, or base64 alone, which OpenAI takes for a PDF. */
function decodeData(data: string): MediaSource {
  return data.startsWith('data:') ? decodeMediaUrl(data) : { type: 'data', mediaType: 'application/pdf', data };
}
