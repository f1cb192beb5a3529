import {
  assertNever,
  type DocumentBlock,
  type ImageBlock,
  type MediaSource,
  type OpaqueBlock,
  type ReasoningBlock,
  type ToolCallBlock,
  type ToolResultBlock,
} from '@switchyard/canonical';

import { encodeToolInput } from '../anthropic-messages/tool-input.js';
import type { JsonObject } from '../dialect.js';
import { ownFields } from '../extensions/extensions.js';
import { compact, isJsonObject, parseJson } from '../json/json-object.js';
import type { PlacedBlock } from '../openai-chat/encode-parts.js';
import type { LossLog } from '../losses/loss-log.js';
import { withFields } from '../extensions/merge-fields.js';
import { blockPath } from '../losses/field-path.js';
import { GEMINI } from './decode-parts.js';

/** What encoding a part needs to know of the conversation. */
export interface PartContext {
  readonly log: LossLog;
  /** The functions called so far, by the ids of the calls: a result names its function too. */
  readonly functions: Map<string, string>;
}

/** A block as a part; undefined, with a warning unless nothing is lost, where there is none. */
export function encodePart({ block, path }: PlacedBlock, context: PartContext): JsonObject | undefined {
  const { log } = context;
  log.cacheMark(block.cache, path);
  log.citations(block, path);
  log.foreignFields(block.extensions, path);
  const own = ownFields(GEMINI, block.extensions);
  const part = encodeBareBlock({ block, path }, context);
  if (part === undefined) return undefined;
  // The API refuses empty text, but for the signature it may carry.
  return part['text'] === '' && own['thoughtSignature'] === undefined ? undefined : withFields(part, own);
}

function encodeBareBlock({ block, path }: PlacedBlock, context: PartContext): JsonObject | undefined {
  const { log } = context;
  switch (block.type) {
    case 'text':
      return { text: block.text };
    case 'refusal':
      log.approximated(path, 'a refusal becomes text');
      return { text: block.text };
    case 'image':
      return encodeImage(block, path, log);
    case 'audio':
      return encodeSource(block.source, path, log);
    case 'document':
      return encodeDocument(block, path, log);
    case 'tool-call':
      context.functions.set(block.id, block.name);
      return encodeToolCall(block, path, log);
    case 'tool-result':
      return encodeToolResult({ block, path }, context);
    case 'reasoning':
      return encodeReasoning(block, path, log);
    case 'redacted-reasoning':
      return lost(path, `reasoning that only ${block.provenance} can read`, log);
    case 'opaque':
      return encodeOpaque(block, path, log);
    default:
      return assertNever(block);
  }
}

function lost(path: string, reason: string, log: LossLog): undefined {
  log.dropped(path, reason);
}

function encodeOpaque({ dialect, value, text }: OpaqueBlock, path: string, log: LossLog): JsonObject | undefined {
  if (dialect === GEMINI) return value;
  if (text === undefined) return lost(path, `only ${dialect} understands this block`, log);
  log.approximated(path, `only ${dialect} understands this block; its text says what it is`);
  return { text };
}

/** Thoughts go back only to the family that had them. */
function encodeReasoning(block: ReasoningBlock, path: string, log: LossLog): JsonObject | undefined {
  if (block.provenance !== GEMINI) return lost(path, `reasoning of ${block.provenance} goes back only there`, log);
  return compact({ text: block.text, thought: true, thoughtSignature: block.signature });
}

function encodeImage(block: ImageBlock, path: string, log: LossLog): JsonObject | undefined {
  if (block.detail !== undefined && block.detail !== 'auto') log.dropped(`${path}.detail`, 'gemini chooses the detail');
  return encodeSource(block.source, path, log);
}

function encodeDocument({ source, title }: DocumentBlock, path: string, log: LossLog): JsonObject | undefined {
  if (title !== undefined) log.dropped(`${path}.title`, 'gemini gives documents no names');
  if (source.type !== 'text') return encodeSource(source, path, log);
  return { inlineData: { mimeType: 'text/plain', data: Buffer.from(source.text).toString('base64') } };
}

/** Public addresses are fetched by Google. (Gemini API documentation, "File input methods") */
function encodeSource(source: MediaSource, path: string, log: LossLog): JsonObject | undefined {
  switch (source.type) {
    case 'data':
      return { inlineData: { mimeType: source.mediaType, data: source.data } };
    case 'url':
      return { fileData: compact({ mimeType: source.mediaType, fileUri: source.url }) };
    case 'file':
      return lost(path, "a file of another provider's store", log);
  }
}

function encodeToolCall(block: ToolCallBlock, path: string, log: LossLog): JsonObject {
  const { input, approximated } = encodeToolInput(block.arguments);
  if (approximated) log.approximated(path, 'the arguments are not a JSON object');
  return { functionCall: { id: block.id, name: block.name, args: input } };
}

function encodeToolResult({ block, path }: PlacedBlock<ToolResultBlock>, context: PartContext): JsonObject {
  const texts: string[] = [];
  const parts: JsonObject[] = [];
  for (const inner of block.content) {
    const part = encodePart({ block: inner, path: blockPath(path, inner) }, context);
    if (part === undefined) continue;
    if (typeof part['text'] === 'string') texts.push(part['text']);
    else parts.push(part);
  }
  const name = context.functions.get(block.toolCallId) ?? 'unknown_function';
  const response = encodeResponse(texts, block.isError ?? false, parts.length > 0);
  const fields = { id: block.toolCallId, name, response };
  return { functionResponse: parts.length === 0 ? fields : { ...fields, parts } };
}

/**
 * `output` is what a function gave, `error` why it failed. (Gemini API reference, FunctionResponse) A text that is a JSON
 * object and written the shortest way goes as that object, and comes back as it was; any other stays text. So does one
 * with `$ref` in it, which Gemini 3 takes for a reference to a file of the same result, and refuses.
 */
function encodeResponse(texts: readonly string[], isError: boolean, hasParts: boolean): JsonObject {
  const text = texts.join('\n\n');
  const value = parseJson(text);
  const isExact = isJsonObject(value) && JSON.stringify(value) === text && (hasParts || !text.includes('"$ref"'));
  if (isError) return { error: isExact ? value : text };
  return isExact ? value : { output: text };
}
