import { isUtf8 } from 'node:buffer';

import { GatewayError } from '@switchyard/canonical';

import { CONVERSATION_FIELDS, type ConversationField, type ConversationSpans } from './conversation.js';
import { PlainKeys } from './plain-keys.js';
import { duplicateField, knownKeys, parseString, readKey } from './read-key.js';
import { CLOSE_BRACE, COMMA, invalidJson, OPEN_BRACE, QUOTE, skipKey, skipSpace, skipValue } from './skip-json.js';

const SMALL_F = 0x66;
const SMALL_N = 0x6e;
const SMALL_T = 0x74;

/** The top-level fields that the gateway's decisions need. Everything else is walked over unread. */
const FIELDS = ['model', 'stream', 'max_tokens', 'max_completion_tokens', 'max_output_tokens', 'user'] as const;
type Field = (typeof FIELDS)[number];

/** A piece of a body, in bytes; `end` is exclusive. */
export interface ByteSpan {
  readonly start: number;
  readonly end: number;
}

export interface RequestFacts {
  readonly model: string;
  readonly stream: boolean;
  readonly maxTokens?: number | undefined;
  readonly maxCompletionTokens?: number | undefined;
  readonly maxOutputTokens?: number | undefined;
  readonly user?: string | undefined;
  /** Where the value of each field that the body has stands. */
  readonly spans: { readonly model: ByteSpan } & Partial<Readonly<Record<Field, ByteSpan>>>;
  /** Where the body tells which conversation it belongs to. */
  readonly conversation: ConversationSpans;
}

/**
 * Reads the few fields the gateway decides by, without parsing the body. The whole body is walked over, so that no later
 * duplicate or escaped spelling of a field can give the upstream another value than the one decided by.
 *
 * @throws GatewayError `invalid_json`; `duplicate_field`; `invalid_request` for a field of the wrong type, a missing
 * `model`, or nesting over `maxDepth` (the body itself is depth 1).
 */
export function scanRequest(body: Buffer, limits: { readonly maxDepth: number }): RequestFacts {
  if (!isUtf8(body)) throw new GatewayError('invalid_json', 'the body is not valid UTF-8');
  const { spans, conversation } = scanSpans(body, limits.maxDepth);
  if (!hasModel(spans)) throw wrongType('model', 'a string');
  return {
    model: readModel(body, spans.model),
    stream: readStream(body, spans.stream),
    maxTokens: readNumber(body, 'max_tokens', spans),
    maxCompletionTokens: readNumber(body, 'max_completion_tokens', spans),
    maxOutputTokens: readNumber(body, 'max_output_tokens', spans),
    user: readUser(body, spans.user),
    spans,
    conversation,
  };
}

/**
 * Checks a body whose facts stand elsewhere: one JSON object, nothing after it. Returns where it tells which conversation
 * it belongs to.
 *
 * @throws GatewayError `invalid_json`, or `invalid_request` for nesting over `maxDepth`.
 */
export function checkJsonObject(body: Buffer, limits: { readonly maxDepth: number }): ConversationSpans {
  if (!isUtf8(body)) throw new GatewayError('invalid_json', 'the body is not valid UTF-8');
  return scanSpans(body, limits.maxDepth).conversation;
}

type Spans = Partial<Record<Field, ByteSpan>>;

function hasModel(spans: Spans): spans is Spans & { readonly model: ByteSpan } {
  return spans.model !== undefined;
}

interface Found {
  readonly spans: Spans;
  readonly conversation: Partial<Record<ConversationField, ByteSpan>>;
}

function scanSpans(body: Buffer, maxDepth: number): Found {
  const found: Found = { spans: {}, conversation: {} };
  let position = skipSpace(body, 0);
  if (body[position] !== OPEN_BRACE) throw notAnObject(body, position, maxDepth);
  position = skipSpace(body, position + 1);
  if (body[position] !== CLOSE_BRACE) position = scanMembers(body, { position, maxDepth, found });
  const end = skipSpace(body, position + 1);
  if (end !== body.length) throw invalidJson(end);
  return found;
}

/** The place of the brace that closes the body. */
function scanMembers(body: Buffer, scan: { position: number; maxDepth: number; found: Found }): number {
  const { spans, conversation } = scan.found;
  let position = scan.position;
  for (;;) {
    const key = keyAt(body, position);
    const start = skipSpace(body, skipKey(body, position));
    const end = skipValue(body, start, scan.maxDepth - 1);
    if (key?.type === 'field') {
      if (spans[key.field] !== undefined) throw duplicateField(key.field);
      spans[key.field] = { start, end };
    } else if (key?.type === 'noted') {
      conversation[key.field] = { start, end };
    }
    position = skipSpace(body, end);
    if (body[position] === CLOSE_BRACE) return position;
    if (body[position] !== COMMA) throw invalidJson(position);
    position = skipSpace(body, position + 1);
  }
}

/**
 * What a key that is not walked over unread stands for. Of what is noted the place is kept and nothing more: no decision that another reader
 * could be misled about depends on it.
 */
type Key =
  | { readonly type: 'field'; readonly field: Field }
  | { readonly type: 'noted'; readonly field: ConversationField };

const KEYS: ReadonlyMap<string, Key> = new Map([
  // A field is a field, whatever is noted of it.
  ...CONVERSATION_FIELDS.map((field): [string, Key] => [field, { type: 'noted', field }]),
  ...FIELDS.map((field): [string, Key] => [field, { type: 'field', field }]),
]);
const PLAIN_KEYS = new PlainKeys(KEYS);
const KNOWN = knownKeys(FIELDS);

/** What the key at `position` stands for. */
function keyAt(body: Buffer, position: number): Key | undefined {
  if (body[position] !== QUOTE) throw invalidJson(position);
  const found = PLAIN_KEYS.find(body, position);
  if (found === 'unknown') return undefined;
  return found === 'not-plain' ? KEYS.get(readKey(body, position, KNOWN)) : found;
}

function readModel(body: Buffer, span: ByteSpan): string {
  const model = body[span.start] === QUOTE ? parseString(body, span) : '';
  if (model === '') throw wrongType('model', 'a string');
  return model;
}

function readStream(body: Buffer, span: ByteSpan | undefined): boolean {
  if (span === undefined) return false;
  // A value that begins like one of the three words is that word: it was walked over.
  switch (body[span.start]) {
    case SMALL_T:
      return true;
    case SMALL_F:
    case SMALL_N:
      return false;
    default:
      throw wrongType('stream', 'a boolean');
  }
}

const NUMBER = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/;

function readNumber(body: Buffer, field: Field, spans: Spans): number | undefined {
  const span = spans[field];
  if (span === undefined) return undefined;
  const text = body.toString('latin1', span.start, span.end);
  if (text === 'null') return undefined;
  const number = NUMBER.test(text) ? Number(text) : Number.NaN;
  if (!Number.isFinite(number)) throw wrongType(field, 'a number');
  return number;
}

/** A `user` that is not a string is left for the upstream to judge: nothing is decided by it. */
function readUser(body: Buffer, span: ByteSpan | undefined): string | undefined {
  return span !== undefined && body[span.start] === QUOTE ? parseString(body, span) : undefined;
}

function notAnObject(body: Buffer, position: number, maxDepth: number): GatewayError {
  // A whole JSON value of another kind deserves the more telling error; anything else is not JSON at all.
  const end = skipSpace(body, skipValue(body, position, maxDepth));
  if (end !== body.length) return invalidJson(end);
  return new GatewayError('invalid_request', 'the body must be a JSON object');
}

function wrongType(field: Field, expected: string): GatewayError {
  return new GatewayError('invalid_request', `\`${field}\` must be ${expected}`, { param: field });
}
