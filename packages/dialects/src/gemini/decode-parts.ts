import type { Block, OpaqueBlock, ToolResultBlock } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { extensionsOf } from '../extensions/extensions.js';
import { compact, restOf } from '../json/json-object.js';
import type { CallIds } from './call-ids.js';
import { readPartStep } from './server-steps.js';
import type { WireFunctionResponse, WireMediaPart, WirePart } from './wire-request.js';

export const GEMINI = 'gemini';

/** One part of a request. What only this dialect understands (executed code, videos, uploaded files) stays as it is. */
export function decodePart(part: WirePart, calls: CallIds): Block {
  const { text, thought, thoughtSignature, inlineData, fileData, functionCall, functionResponse, ...rest } = part;
  const signature = thoughtSignature || undefined;
  if (typeof text === 'string' && thought) {
    return compact({ type: 'reasoning' as const, text, signature, provenance: GEMINI, extensions: extend(rest) });
  }
  // A signature on anything but a thought belongs to the part it came with.
  const extra = { ...rest, thought: thought || undefined, thoughtSignature: signature };
  if (typeof text === 'string') return compact({ type: 'text' as const, text, extensions: extend(extra) });
  if (functionCall) {
    const { name, id, args, ...more } = functionCall;
    return compact({
      type: 'tool-call' as const,
      id: calls.call(name, id || undefined),
      name,
      arguments: JSON.stringify(args ?? {}),
      extensions: extend({ ...extra, functionCall: restOf(more, []) }),
    });
  }
  if (functionResponse) return decodeFunctionResponse(functionResponse, calls, extra);
  return inlineData || fileData ? decodeMedia({ ...extra, inlineData, fileData }) : opaque(part);
}

/** Where the bytes are, when other dialects could get at them too. */
type PlainSource =
  | { readonly type: 'data'; readonly mediaType: string; readonly data: string }
  | { readonly type: 'url'; readonly mediaType: string; readonly url: string };

/** The block for a medium, by its type. No other dialect has videos. */
function decodeMedia(part: WireMediaPart): Block {
  const { inlineData, fileData, ...rest } = part;
  const source = decodeSource(part);
  if (source === undefined) return opaque(part);
  const more = {
    ...rest,
    inlineData: restOf(inlineData ?? {}, ['mimeType', 'data']),
    fileData: restOf(fileData ?? {}, ['mimeType', 'fileUri']),
  };
  const extensions = extend(more);
  const [kind] = source.mediaType.split('/');
  if (kind === 'video') return opaque(part);
  return compact({ type: kind === 'image' || kind === 'audio' ? kind : ('document' as const), source, extensions });
}

/** Undefined for what only Google can reach: uploaded files and storage buckets; and for a type that is not said. */
function decodeSource({ inlineData, fileData }: WireMediaPart): PlainSource | undefined {
  const mediaType = (inlineData ?? fileData)?.mimeType;
  if (!mediaType) return undefined;
  if (inlineData) return { type: 'data', mediaType, data: inlineData.data };
  const url = fileData?.fileUri ?? '';
  return /^https?:\/\//.test(url) && !UPLOADED.test(url) ? { type: 'url', url, mediaType } : undefined;
}

/** A file of the Files API, and a video of YouTube. (Gemini API documentation, "File input methods") */
const UPLOADED = /^https?:\/\/(generativelanguage\.googleapis\.com|(www\.)?youtube\.com|youtu\.be)\//;

/**
 * A result. `output` is what the function gave, `error` why it failed; anything else is the output as a whole.
 * (Gemini API reference, FunctionResponse)
 */
function decodeFunctionResponse(wire: WireFunctionResponse, calls: CallIds, extra: JsonObject): ToolResultBlock {
  const { name, id, response, parts, ...more } = wire;
  const toolCallId = calls.result(name, id || undefined);
  const text = readResult(response ?? {});
  const media = (parts ?? []).map((part): ToolResultBlock['content'][number] => {
    const block = decodeMedia(part);
    return block.type === 'image' || block.type === 'document' ? block : opaque(part);
  });
  return compact({
    type: 'tool-result' as const,
    toolCallId,
    content: [...(text === '' ? [] : [{ type: 'text' as const, text }]), ...media],
    isError: isFailure(response ?? {}) ? true : undefined,
    extensions: extend({ ...extra, functionResponse: restOf(more, []) }),
  });
}

function readResult(response: JsonObject): string {
  const keys = Object.keys(response);
  if (keys.length === 0) return '';
  const only = keys.length === 1 && (keys[0] === 'output' || keys[0] === 'error') ? response[keys[0]] : response;
  return typeof only === 'string' ? only : JSON.stringify(only);
}

function isFailure(response: JsonObject): boolean {
  return Object.keys(response).length === 1 && response['error'] !== undefined;
}

/** A part that other dialects know at most as a step of executed code. */
export function opaque(part: JsonObject): OpaqueBlock {
  return compact({ type: 'opaque', dialect: GEMINI, value: compact(part), step: readPartStep(part) });
}

function extend(rest: JsonObject) {
  return extensionsOf(GEMINI, restOf(rest, []));
}
