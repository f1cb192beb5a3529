import { assertNever, type AudioBlock, type Block, type DocumentBlock, type ImageBlock } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { ownFields } from '../extensions/extensions.js';
import { compact } from '../json/json-object.js';
import type { LossLog } from '../losses/loss-log.js';
import { encodeAudioFormat, encodeMediaUrl } from './media.js';
import { withFields } from '../extensions/merge-fields.js';

/** A block and where it stands in the client's request, for warnings. */
export interface PlacedBlock<Kind extends Block = Block> {
  readonly block: Kind;
  readonly path: string;
}

/** A block as a content part of a user message; undefined, with a warning, where there is none. */
export function encodePart({ block, path }: PlacedBlock, log: LossLog): JsonObject | undefined {
  log.cacheMark(block.cache, path);
  log.citations(block, path);
  log.foreignFields(block.extensions, path);
  const part = encodeBareBlock(block, path, log);
  return part && withFields(part, ownFields('openai-chat', block.extensions));
}

function encodeBareBlock(block: Block, path: string, log: LossLog): JsonObject | undefined {
  switch (block.type) {
    case 'text':
      return { type: 'text', text: block.text };
    case 'refusal':
      return { type: 'refusal', refusal: block.text };
    case 'image':
      return encodeImage(block, path, log);
    case 'audio':
      return encodeAudio(block, path, log);
    case 'document':
      return encodeDocument(block, path, log);
    case 'opaque':
      if (block.dialect === 'openai-chat') return block.value;
      if (block.text !== undefined) {
        log.approximated(path, `only ${block.dialect} understands this block; its text says what it is`);
        return { type: 'text', text: block.text };
      }
      log.dropped(path, `only ${block.dialect} understands this block`);
      return undefined;
    case 'reasoning':
    case 'redacted-reasoning':
    case 'tool-call':
    case 'tool-result':
      log.dropped(path, `openai-chat has no place for a ${block.type} in this role`);
      return undefined;
    default:
      return assertNever(block);
  }
}

function encodeImage(block: ImageBlock, path: string, log: LossLog): JsonObject | undefined {
  const url = encodeMediaUrl(block.source);
  if (url !== undefined) return { type: 'image_url', image_url: compact({ url, detail: block.detail }) };
  log.dropped(path, 'openai-chat takes no image by file id');
  return undefined;
}

function encodeAudio(block: AudioBlock, path: string, log: LossLog): JsonObject | undefined {
  if (block.source.type === 'data') {
    const { data, mediaType } = block.source;
    return { type: 'input_audio', input_audio: { data, format: encodeAudioFormat(mediaType) } };
  }
  log.dropped(path, 'openai-chat takes audio only as data');
  return undefined;
}

/** Files travel by id or as data; a file of data needs a name. (OpenAI guide, "PDF files") */
function encodeDocument({ source, title }: DocumentBlock, path: string, log: LossLog): JsonObject | undefined {
  switch (source.type) {
    case 'file':
      return { type: 'file', file: compact({ file_id: source.fileId, filename: title }) };
    case 'data':
      return {
        type: 'file',
        file: { filename: title ?? defaultName(source.mediaType), file_data: encodeMediaUrl(source) },
      };
    case 'text':
      log.approximated(path, 'openai-chat has no text documents; the text stands alone');
      return { type: 'text', text: title === undefined ? source.text : `${title}\n\n${source.text}` };
    case 'url':
      log.dropped(path, 'openai-chat takes no document by URL');
      return undefined;
    default:
      return assertNever(source);
  }
}

function defaultName(mediaType: string): string {
  return mediaType === 'application/pdf' ? 'document.pdf' : 'document';
}

/**
 * Message content. Text alone becomes one string, since several vendors refuse arrays outside user messages, and some
 * everywhere (Groq, DeepSeek); anything richer becomes parts. `separator` stands between the texts of a string.
 */
export function encodeContent(parts: readonly JsonObject[], separator: string): string | readonly JsonObject[] {
  const texts = parts.map(plainText).filter((text) => text !== undefined);
  return texts.length === parts.length ? texts.join(separator) : parts;
}

function plainText(part: JsonObject): string | undefined {
  const isPlain = part['type'] === 'text' && Object.keys(part).length === 2;
  return isPlain && typeof part['text'] === 'string' ? part['text'] : undefined;
}
