import { STATUS_CODES } from 'node:http';

import { dateHeader } from './date-header.js';

/** How an answer's end is told. */
export type BodyFraming = { readonly type: 'length'; readonly bytes: number } | { readonly type: 'chunked' | 'none' };

export interface AnswerHead {
  readonly text: string;
  readonly framing: BodyFraming;
}

export interface HeadOptions {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** What is said about the connection, as whole lines. */
  readonly connection: string;
  readonly nowMs: number;
}

const CHUNKED: BodyFraming = { type: 'chunked' };
const NONE: BodyFraming = { type: 'none' };

// The connection is ours to speak about, not the application's.
const OURS: ReadonlySet<string> = new Set(['connection', 'keep-alive', 'transfer-encoding', 'date']);
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const STRAY = /[^\t\x20-\x7e\x80-\xff]/;

/**
 * The head of an answer, as node:http would write it.
 *
 * @throws TypeError for a header that would not be one.
 */
export function writeHead({ status, headers, connection, nowMs }: HeadOptions): AnswerHead {
  let lines = '';
  let values = '';
  let length: string | undefined;
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined || OURS.has(name)) continue;
    if (!isName(name)) throw unsendable(name);
    if (name === 'content-length') length = value;
    lines += `${name}: ${value}\r\n`;
    values += value;
  }
  // All at once: a search costs more to begin than to go on with.
  if (STRAY.test(values)) throw unsendable(strayIn(headers));
  const framing = framingOf(status, length);
  const chunked = framing.type === 'chunked' ? 'Transfer-Encoding: chunked\r\n' : '';
  const text = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'unknown'}\r\n${lines}${dateHeader(nowMs)}${connection}${chunked}\r\n`;
  return { text, framing };
}

// The names of answers are few.
const MOST_NAMES = 1_024;
const names = new Set<string>();

function isName(text: string): boolean {
  if (names.has(text)) return true;
  if (!NAME.test(text)) return false;
  if (names.size < MOST_NAMES) names.add(text);
  return true;
}

function strayIn(headers: HeadOptions['headers']): string {
  return Object.keys(headers).find((name) => !OURS.has(name) && STRAY.test(headers[name] ?? '')) ?? '';
}

function unsendable(name: string): TypeError {
  return new TypeError(`the header ${JSON.stringify(name)} cannot be sent`);
}

function framingOf(status: number, length: string | undefined): BodyFraming {
  // (RFC 9110, sections 15.3.5 and 15.4.5)
  if (status === 204 || status === 304) return NONE;
  if (length === undefined) return CHUNKED;
  const bytes = Number(length);
  if (!Number.isSafeInteger(bytes) || bytes < 0) throw new TypeError('the content-length of an answer is no number');
  return { type: 'length', bytes };
}
