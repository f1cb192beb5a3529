import type { Block, CacheMark, DocumentBlock } from '@switchyard/canonical';
import { z } from 'zod';

import type { JsonObject } from '../dialect.js';
import { extensionsOf } from '../extensions/extensions.js';
import { compact, restOf } from '../json/json-object.js';
import { decodeAudioFormat, decodeMediaUrl } from './media.js';
import { cacheControl, parseWire, type WirePart } from './wire-request.js';

const partBase = { type: z.string(), cache_control: cacheControl };
const textPart = z.looseObject({ ...partBase, text: z.string() });
const refusalPart = z.looseObject({ ...partBase, refusal: z.string() });
const imagePart = z.looseObject({
  ...partBase,
  // Mistral also takes the bare URL. (Mistral API reference, ImageURLChunk)
  image_url: z.union([z.string(), z.looseObject({ url: z.string(), detail: z.string().nullish() })]),
});
const audioPart = z.looseObject({ ...partBase, input_audio: z.looseObject({ data: z.string(), format: z.string() }) });
const filePart = z.looseObject({
  ...partBase,
  file: z.looseObject({
    file_data: z.string().nullish(),
    file_id: z.string().nullish(),
    filename: z.string().nullish(),
  }),
});
// Magistral's reasoning, as Mistral returns it and takes it back. (Mistral documentation, "Reasoning")
const thinkingPart = z.looseObject({
  ...partBase,
  thinking: z.union([z.string(), z.array(z.looseObject({ text: z.string().nullish() }))]),
});

/** One content part as a block; a part of a type that is not known stays as it is. `path` is where it stands. */
export function decodePart(part: WirePart, path: string): Block {
  switch (part.type) {
    case 'text': {
      const { type: _, cache_control, text, ...rest } = parseWire(textPart, part, path);
      return compact({ type: 'text' as const, text, ...shared(cache_control, rest) });
    }
    case 'refusal': {
      const { type: _, cache_control, refusal, ...rest } = parseWire(refusalPart, part, path);
      return compact({ type: 'refusal' as const, text: refusal, ...shared(cache_control, rest) });
    }
    case 'image_url':
      return decodeImage(part, path);
    case 'input_audio': {
      const { type: _, cache_control, input_audio, ...rest } = parseWire(audioPart, part, path);
      const { data, format, ...more } = input_audio;
      const source = { type: 'data' as const, mediaType: decodeAudioFormat(format), data };
      return compact({
        type: 'audio' as const,
        source,
        ...shared(cache_control, { ...rest, input_audio: restOf(more, []) }),
      });
    }
    case 'file':
      return decodeFile(part, path);
    case 'thinking': {
      const { type: _, cache_control, thinking, ...rest } = parseWire(thinkingPart, part, path);
      const text = typeof thinking === 'string' ? thinking : thinking.map((piece) => piece.text ?? '').join('');
      return compact({ type: 'reasoning' as const, text, provenance: 'openai-chat', ...shared(cache_control, rest) });
    }
    default:
      return { type: 'opaque', dialect: 'openai-chat', value: part };
  }
}

function decodeImage(part: WirePart, path: string): Block {
  const { type: _, cache_control, image_url, ...rest } = parseWire(imagePart, part, path);
  const { url, detail, ...more } = typeof image_url === 'string' ? { url: image_url } : image_url;
  return compact({
    type: 'image' as const,
    source: decodeMediaUrl(url),
    detail: detail ?? undefined,
    ...shared(cache_control, { ...rest, image_url: restOf(more, []) }),
  });
}

function decodeFile(part: WirePart, path: string): Block {
  const { type: _, cache_control, file, ...rest } = parseWire(filePart, part, path);
  const { file_data, file_id, filename, ...more } = file;
  if (!file_data && !file_id) return { type: 'opaque', dialect: 'openai-chat', value: part };
  return compact({
    type: 'document' as const,
    source: file_data ? decodeFileData(file_data) : { type: 'file' as const, fileId: file_id ?? '' },
    title: filename ?? undefined,
    ...shared(cache_control, { ...rest, file: restOf(more, []) }),
  });
}

/** A data URL, a URL (OpenRouter), or base64 alone, which OpenAI takes for a PDF. */
function decodeFileData(data: string): DocumentBlock['source'] {
  if (/^(data:|https?:)/.test(data)) return decodeMediaUrl(data);
  return { type: 'data', mediaType: 'application/pdf', data };
}

export function decodeCacheMark(mark: z.infer<typeof cacheControl>): CacheMark | undefined {
  return mark ? compact({ ttl: mark.ttl }) : undefined;
}

function shared(mark: z.infer<typeof cacheControl>, rest: JsonObject) {
  return { cache: decodeCacheMark(mark), extensions: extensionsOf('openai-chat', restOf(rest, [])) };
}
