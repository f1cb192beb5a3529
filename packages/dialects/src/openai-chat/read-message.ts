import type { Block, TokenLogprob } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { compact, isJsonObject, restOf } from '../json/json-object.js';
import { objectsOf, stringOf, wordOf } from '../json/read-json.js';
import { decodeLogprobs } from './logprobs.js';

/** A run of an answer's text: what the model says, thinks or refuses with. */
export interface TextPiece {
  readonly type: 'text' | 'reasoning' | 'refusal';
  readonly text: string;
  /** Of a text or a refusal. */
  readonly logprobs?: readonly TokenLogprob[] | undefined;
}

const MESSAGE_FIELDS = [
  'role',
  'index',
  'content',
  'refusal',
  'reasoning_content',
  'reasoning',
  'tool_calls',
  'function_call',
] as const;

/**
 * The texts of an answer's message or delta, in the order they were thought: reasoning comes first. Vendors call it
 * `reasoning_content` (DeepSeek, Moonshot, xAI) or `reasoning` (Groq, OpenRouter), some send both, and Mistral sends it as
 * `thinking` parts of an array. Empty texts are left out.
 */
export function readTextPieces(message: JsonObject): TextPiece[] {
  const pieces: TextPiece[] = [];
  const reasoning = wordOf(message['reasoning_content']) ?? wordOf(message['reasoning']);
  if (reasoning !== undefined) pieces.push({ type: 'reasoning', text: reasoning });
  const content = message['content'];
  if (typeof content === 'string') pieces.push({ type: 'text', text: content });
  else pieces.push(...objectsOf(content).flatMap(readPart));
  const refusal = wordOf(message['refusal']);
  if (refusal !== undefined) pieces.push({ type: 'refusal', text: refusal });
  return pieces.filter((piece) => piece.text !== '');
}

function readPart(part: JsonObject): TextPiece[] {
  switch (part['type']) {
    case 'text':
      return [{ type: 'text', text: stringOf(part['text']) ?? '' }];
    case 'refusal':
      return [{ type: 'refusal', text: stringOf(part['refusal']) ?? '' }];
    case 'thinking':
      return [{ type: 'reasoning', text: readThinking(part['thinking']) }];
    default:
      return [];
  }
}

function readThinking(thinking: unknown): string {
  if (typeof thinking === 'string') return thinking;
  return objectsOf(thinking)
    .map((piece) => stringOf(piece['text']) ?? '')
    .join('');
}

/** Parts that are no text (Mistral's references, say), which only this dialect understands. */
export function readOtherParts(message: JsonObject): readonly JsonObject[] {
  return objectsOf(message['content']).filter((part) => !TEXT_PARTS.includes(String(part['type'])));
}

const TEXT_PARTS: readonly string[] = ['text', 'refusal', 'thinking'];

export function toBlock(piece: TextPiece): Block {
  if (piece.type === 'reasoning') return { type: 'reasoning', text: piece.text, provenance: 'openai-chat' };
  return compact({ type: piece.type, text: piece.text, logprobs: piece.logprobs });
}

/**
 * The pieces with the token probabilities of their choice, each list with the last piece that it is of. What there is no
 * piece for is left, beside what the field holds that is not known. `open` is the kind of text that is being told: it may
 * go on with tokens alone.
 */
export function withLogprobs(
  pieces: readonly TextPiece[],
  field: unknown,
  open?: TextPiece['type'],
): { readonly pieces: readonly TextPiece[]; readonly logprobs: JsonObject | undefined } {
  if (!isJsonObject(field)) return { pieces, logprobs: undefined };
  let told = pieces;
  const left: Record<string, unknown> = { ...field };
  for (const [type, name] of LOGPROBS) {
    const last = pieces.findLastIndex((piece) => piece.type === type);
    const piece = told[last];
    const logprobs = decodeLogprobs(field[name]);
    if (logprobs === undefined || (piece === undefined && open !== type)) continue;
    told = piece === undefined ? [{ type, text: '', logprobs }, ...told] : told.with(last, { ...piece, logprobs });
    Reflect.deleteProperty(left, name);
  }
  return { pieces: told, logprobs: restOf(left, []) };
}

const LOGPROBS = [
  ['text', 'content'],
  ['refusal', 'refusal'],
] as const;

/** The tool calls of a message or delta; the retired `function_call` counts as the only one. */
export function readToolCalls(message: JsonObject): readonly JsonObject[] {
  const calls = objectsOf(message['tool_calls']);
  const legacy = objectsOf([message['function_call']]);
  return calls.length > 0 ? calls : legacy.map((called) => ({ index: 0, function: called }));
}

/** The annotations of a message or delta; undefined where there are none, or in a form that is not known. */
export function readAnnotations({ annotations }: JsonObject): readonly JsonObject[] | undefined {
  return Array.isArray(annotations) && annotations.every(isJsonObject) ? annotations : undefined;
}

/**
 * What a message or delta holds beside the fields we read; `reasoning` that is no text is such a field, and so are the
 * `annotations` that no text was there for.
 */
export function unknownMessageFields(message: JsonObject, annotations?: readonly JsonObject[]): JsonObject | undefined {
  const { reasoning } = message;
  const isRead = readAnnotations(message) !== undefined;
  const left = isRead && annotations?.length ? annotations : undefined;
  const others = restOf(message, isRead ? [...MESSAGE_FIELDS, 'annotations'] : MESSAGE_FIELDS);
  return restOf({ ...others, ...(isJsonObject(reasoning) && { reasoning }), ...(left && { annotations: left }) }, []);
}
