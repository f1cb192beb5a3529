import { headerAt } from './header-names.js';

/** The head of a request that is as plain as can be. */
export interface RequestHead {
  /** What was asked for, as it was sent: a path and perhaps a query. */
  readonly target: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly contentLength: number;
  /** Where the body begins. */
  readonly end: number;
}

/** No head beyond this is read here. node:http allows 16 KiB and has its own words for what is larger. */
export const MAX_HEAD_BYTES = 8 * 1024;
const MAX_HEADERS = 100;

const START = 'POST ';
const VERSION = ' HTTP/1.1';
const END = Buffer.from('\r\n\r\n');
const SPACE = 0x20;
const TAB = 0x09;

// Visible characters that need no thought in a path or a query. (RFC 3986, section 3.3; without "#")
const TARGET = /^\/[A-Za-z0-9\-._~!$&'()*+,;=:@/%?]*$/;
// Lines without control characters, and without line feeds and returns that are no line's end. (RFC 9110, section 5.5) One search that goes
// through to the end is faster than one for what must not be there.
const LINES = /^(?:[\t\x20-\x7e\x80-\xff]*\r\n)*$/;
const DIGITS = /^[0-9]{1,15}$/;

/**
 * Reads the head at the start of `bytes`, if it is all there, a POST of HTTP/1.1 with a content-length, and nothing in it is unusual or could be
 * read in two ways. Undefined: it is for node:http to judge, whether it is right, wrong or only the beginning of a head.
 */
export function readHead(bytes: Buffer): RequestHead | undefined {
  const blank = bytes.indexOf(END);
  if (blank === -1 || blank > MAX_HEAD_BYTES) return undefined;
  // The end of the last line is kept, so that all of them end alike.
  const text = bytes.toString('latin1', 0, blank + 2);
  const lineEnd = text.indexOf('\r\n');
  const targetEnd = lineEnd - VERSION.length;
  if (targetEnd <= START.length || !text.startsWith(START) || !text.startsWith(VERSION, targetEnd)) return undefined;
  const target = text.slice(START.length, targetEnd);
  if (!TARGET.test(target) || !LINES.test(text)) return undefined;
  const fields = readFields(text, lineEnd + 2);
  if (fields === undefined) return undefined;
  return { target, headers: fields.headers, contentLength: fields.contentLength, end: blank + END.length };
}

function readFields(text: string, start: number): Pick<RequestHead, 'headers' | 'contentLength'> | undefined {
  const headers: Record<string, string> = {};
  let seen = 0;
  let hasHost = false;
  let contentLength = -1;
  let position = start;
  for (let count = 0; position < text.length; count += 1) {
    const lineEnd = text.indexOf('\r\n', position);
    const colon = text.indexOf(':', position);
    if (colon === -1 || colon > lineEnd || count === MAX_HEADERS) return undefined;
    const header = headerAt(text, position, colon);
    const value = fieldValue(text, colon + 1, lineEnd);
    position = lineEnd + 2;
    if (header === undefined) return undefined;
    if (typeof header === 'string') {
      // Also true of names that every object has.
      if (headers[header] !== undefined) return undefined;
      headers[header] = value;
      continue;
    }
    if ((seen & header.bit) !== 0 || header.role === 'forbidden') return undefined;
    seen |= header.bit;
    if (header.role === 'host') hasHost = value !== '';
    else if (header.role === 'content-length') contentLength = DIGITS.test(value) ? Number(value) : -1;
    else if (header.role === 'connection' && !isKeepAlive(value)) return undefined;
    headers[header.name] = value;
  }
  return hasHost && contentLength >= 0 ? { headers, contentLength } : undefined;
}

function isKeepAlive(value: string): boolean {
  return value === 'keep-alive' || value.toLowerCase() === 'keep-alive';
}

/** What stands between two places, without the white space around it. */
function fieldValue(text: string, start: number, end: number): string {
  let first = start;
  let last = end;
  while (first < last && isWhite(text.charCodeAt(first))) first += 1;
  while (last > first && isWhite(text.charCodeAt(last - 1))) last -= 1;
  return text.slice(first, last);
}

function isWhite(code: number): boolean {
  return code === SPACE || code === TAB;
}
