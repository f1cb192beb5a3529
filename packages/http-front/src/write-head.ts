import { STATUS_CODES } from 'node:http';

import { dateHeader } from './date-header.js';

/** By lower-case name. */
export type HeaderFields = Readonly<Record<string, string>>;

/** How an answer's end is told. */
export type BodyFraming = { readonly type: 'length'; readonly bytes: number } | { readonly type: 'chunked' | 'none' };

export interface AnswerHead {
  readonly text: string;
  readonly framing: BodyFraming;
}

export interface HeadOptions {
  readonly status: number;
  readonly headers: HeaderFields;
  /** Those that hold where `headers` has one of the same name. */
  readonly ours?: HeaderFields | undefined;
  /** What is said about the connection, as whole lines. */
  readonly connection: string;
  readonly nowMs: number;
}

const CHUNKED: BodyFraming = { type: 'chunked' };
const NONE: BodyFraming = { type: 'none' };

// The connection is ours to speak about, not the application's.
const OURS: ReadonlySet<string> = new Set(['connection', 'keep-alive', 'transfer-encoding', 'date']);
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const NOTHING: HeaderFields = {};

const TAB = 0x09;
const SPACE = 0x20;
const DELETE = 0x7f;
const LATIN_1_END = 0xff;

/**
 * The head of an answer, as node:http would write it.
 *
 * @throws TypeError for a header that would not be one.
 */
export function writeHead({ status, headers, ours = NOTHING, connection, nowMs }: HeadOptions): AnswerHead {
  let lines = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'unknown'}`;
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined && !Object.hasOwn(ours, name)) lines = withField(lines, name, value);
  }
  for (const name in ours) {
    const value = ours[name];
    if (value !== undefined) lines = withField(lines, name, value);
  }
  const framing = framingOf(status, ours['content-length'] ?? headers['content-length']);
  const chunked = framing.type === 'chunked' ? 'Transfer-Encoding: chunked\r\n' : '';
  return { text: `${lines}\r\n${dateHeader(nowMs)}${connection}${chunked}\r\n`, framing };
}

function withField(lines: string, name: string, value: string): string {
  const start = startOf(name);
  if (start === '') return lines;
  if (!isSendable(value)) throw unsendable(name);
  // One after the other: each is a piece of the whole then, and nothing is copied until that is written.
  return lines + start + value;
}

// The names of answers are few.
const MOST_NAMES = 1_024;
const starts = new Map<string, string>();

/** The line before and how a header's own begins; nothing for one that is not the application's. */
function startOf(name: string): string {
  const known = starts.get(name);
  if (known !== undefined) return known;
  if (!NAME.test(name)) throw unsendable(name);
  // Joined, since a text put together in another way stays one of several pieces.
  const start = OURS.has(name) ? '' : ['\r\n', name, ': '].join('');
  if (starts.size < MOST_NAMES) starts.set(name, start);
  return start;
}

/** Visible characters of Latin-1, spaces and tabs. (RFC 9110, section 5.5) Values are short: to begin a search would cost more than this. */
function isSendable(value: string): boolean {
  for (let place = 0; place < value.length; place += 1) {
    const code = value.charCodeAt(place);
    if ((code < SPACE && code !== TAB) || code === DELETE || code > LATIN_1_END) return false;
  }
  return true;
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
