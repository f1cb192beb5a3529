import { crc32 } from 'node:zlib';

import type { ConversationSpans } from './conversation.js';
import type { ByteSpan } from './scan-request.js';
import {
  CLOSE_BRACE,
  COLON,
  COMMA,
  OPEN_BRACE,
  QUOTE,
  skipKey,
  skipSpace,
  skipString,
  skipValue,
} from './skip-json.js';

/** What stands before the messages in every prompt, in the order providers put it. */
const BEFORE_MESSAGES = ['tools', 'system', 'instructions', 'systemInstruction', 'system_instruction'] as const;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const SPACE = 0x20;
// A conversation that has not come to its user by then is told apart well enough.
const MOST_MESSAGES = 8;
const CACHE_CONTROL = Buffer.from('"cache_control"');

/**
 * A hash of what stays the same in a conversation from its first turn to its last: tools, system prompt, and the messages
 * up to the user's first. Requests with the same hash can use the same prompt cache. Undefined for a body without any.
 *
 * Marks of caching are left out: clients move them along with the newest message. The body must have passed `scanRequest`.
 */
export function hashStablePrefix(body: Buffer, spans: ConversationSpans): string | undefined {
  const parts: ByteSpan[] = [];
  for (const field of BEFORE_MESSAGES) {
    const span = spans[field];
    if (span !== undefined) parts.push(span);
  }
  const messages = spans.messages ?? spans.contents ?? spans.input;
  if (messages !== undefined) parts.push({ start: messages.start, end: endOfFirstUser(body, messages) });
  if (parts.length === 0) return undefined;
  return parts.reduce((hash, part) => hashPart(body, part, hash), 0).toString(36);
}

/** The end of the first message that is the user's; of the whole value where it is no list. */
function endOfFirstUser(body: Buffer, { start, end }: ByteSpan): number {
  if (body[start] !== OPEN_BRACKET) return end;
  let position = skipSpace(body, start + 1);
  for (let seen = 0; seen < MOST_MESSAGES && body[position] !== CLOSE_BRACKET; seen += 1) {
    const after = skipValue(body, position, Number.POSITIVE_INFINITY);
    if (isUsers(body, position)) return after;
    position = skipSpace(body, after);
    if (body[position] !== COMMA) return after;
    position = skipSpace(body, position + 1);
  }
  return position;
}

/** Whether the message at `start` is the user's. Gemini's may leave the role out; other items without one are not messages. */
function isUsers(body: Buffer, start: number): boolean {
  if (body[start] !== OPEN_BRACE) return false;
  let position = skipSpace(body, start + 1);
  let hasParts = false;
  while (body[position] === QUOTE) {
    const value = skipSpace(body, skipKey(body, position));
    const key = body.toString('latin1', position + 1, Math.min(skipString(body, position) - 1, position + 8));
    const end = skipValue(body, value, Number.POSITIVE_INFINITY);
    if (key === 'role') return body.toString('latin1', value + 1, end - 1) === 'user';
    hasParts ||= key === 'parts';
    position = skipSpace(body, end);
    if (body[position] === CLOSE_BRACE) return hasParts;
    position = skipSpace(body, position + 1);
  }
  return false;
}

/** Goes on with a hash over a part, without its `cache_control` members and the commas that set them off. */
function hashPart(body: Buffer, span: ByteSpan, before: number): number {
  const part = body.subarray(span.start, span.end);
  let hash = before;
  let from = 0;
  for (let found = part.indexOf(CACHE_CONTROL); found !== -1;) {
    const after = found + CACHE_CONTROL.length;
    // Inside a longer string the quotes would be escaped, so this is a key, or a value that says the same.
    if (part[skipSpace(part, after)] === COLON) {
      let until = found;
      while (part[until - 1] === SPACE || part[until - 1] === COMMA) until -= 1;
      hash = crc32(part.subarray(from, until), hash);
      from = skipValue(part, skipSpace(part, skipKey(part, found)), Number.POSITIVE_INFINITY);
      const next = skipSpace(part, from);
      if (part[until - 1] === OPEN_BRACE && part[next] === COMMA) from = skipSpace(part, next + 1);
    }
    found = part.indexOf(CACHE_CONTROL, after);
  }
  return crc32(from === 0 ? part : part.subarray(from), hash);
}
