import { assertNever, type Block, type DocumentBlock, type ImageBlock } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { ownFields } from '../extensions/extensions.js';
import { compact } from '../json/json-object.js';
import type { PlacedBlock } from '../openai-chat/encode-parts.js';
import type { LossLog } from '../losses/loss-log.js';
import { encodeAudioFormat, encodeMediaUrl } from '../openai-chat/media.js';
import { withFields } from '../extensions/merge-fields.js';
import { RESPONSES } from './reasoning-proof.js';

/** A block as a content part of what a user or the operator says; undefined, with a warning, where there is none. */
export function encodeInputPart({ block, path }: PlacedBlock, log: LossLog): JsonObject | undefined {
  const fields = noteLosses({ block, path }, log);
  const part = encodeBareBlock(block, path, log);
  return part && withFields(part, fields);
}

/** What is lost of any block. Returns the fields of its part that only this dialect knows. */
export function noteLosses({ block, path }: PlacedBlock, log: LossLog): JsonObject {
  const { item: _item, message: _message, ...fields } = ownFields(RESPONSES, block.extensions);
  if (fields['prompt_cache_breakpoint'] === undefined) log.cacheMark(block.cache, path);
  log.foreignFields(block.extensions, path);
  return fields;
}

function encodeBareBlock(block: Block, path: string, log: LossLog): JsonObject | undefined {
  switch (block.type) {
    case 'text':
      return { type: 'input_text', text: block.text };
    case 'image':
      return encodeImage(block);
    case 'document':
      return encodeDocument(block, path, log);
    case 'audio': {
      if (block.source.type === 'data') {
        const { data, mediaType } = block.source;
        return { type: 'input_audio', input_audio: { data, format: encodeAudioFormat(mediaType) } };
      }
      log.dropped(path, 'openai-responses takes audio only as data');
      return undefined;
    }
    case 'opaque':
      if (block.dialect === RESPONSES) return block.value;
      if (block.text !== undefined) {
        log.approximated(path, `only ${block.dialect} understands this block; its text says what it is`);
        return { type: 'input_text', text: block.text };
      }
      log.dropped(path, `only ${block.dialect} understands this block`);
      return undefined;
    case 'refusal':
    case 'reasoning':
    case 'redacted-reasoning':
    case 'tool-call':
    case 'tool-result':
      log.dropped(path, `openai-responses has no place for a ${block.type} in this role`);
      return undefined;
    default:
      return assertNever(block);
  }
}

function encodeImage({ source, detail = 'auto' }: ImageBlock): JsonObject {
  if (source.type === 'file') return { type: 'input_image', file_id: source.fileId, detail };
  return { type: 'input_image', image_url: encodeMediaUrl(source), detail };
}

/** A file of data needs a name. (OpenAI guide, "File inputs") */
function encodeDocument({ source, title }: DocumentBlock, path: string, log: LossLog): JsonObject {
  switch (source.type) {
    case 'file':
      return compact({ type: 'input_file', file_id: source.fileId, filename: title });
    case 'url':
      return compact({ type: 'input_file', file_url: source.url, filename: title });
    case 'data': {
      const name = source.mediaType === 'application/pdf' ? 'document.pdf' : 'document';
      return { type: 'input_file', filename: title ?? name, file_data: encodeMediaUrl(source) };
    }
    case 'text':
      log.approximated(path, 'openai-responses has no text documents; the text stands alone');
      return { type: 'input_text', text: title === undefined ? source.text : `${title}\n\n${source.text}` };
    default:
      return assertNever(source);
  }
}
