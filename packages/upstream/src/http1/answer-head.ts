/** More headers than any provider sends. */
const MAX_HEADERS = 1000;

/** How many names are remembered, and how long ones: an upstream could send others all the time. */
const MAX_KNOWN_NAMES = 1000;
const MAX_KNOWN_NAME_LENGTH = 64;

/** Bytes until the end, chunks, or everything until the connection closes. */
export type Framing = number | 'chunked' | 'until-close';

/** What stands before an answer's body. */
export interface AnswerHead {
  readonly status: number;
  /** Lower-case names; several values of one name joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly framing: Framing;
  /** Whether the server will take another request on this connection. */
  readonly persistent: boolean;
  /** How long it keeps the connection for that, where it says so. */
  readonly keepAliveMs: number | undefined;
}

/**
 * The status line and the header lines, each with its line end (RFC 9112). A header that goes on in a second line is refused, as are a
 * blank before a colon, control characters, and a line end without its carriage return: what reads one of them as two headers,
 * or two as one, disagrees with us on where the answer ends.
 */
const HEAD =
  /^HTTP\/1\.[01] [1-9]\d\d(?: [\t\x20-\x7e\x80-\xff]*)?\r\n(?:[!#$%&'*+.^_`|~\w-]+:[\t\x20-\x7e\x80-\xff]*\r\n)*$/;

/** A line feed follows each, by `HEAD`. V8 looks for one character itself, and calls out for two. */
const LINE_END = '\r';

const CONTENT_LENGTH = /^\d{1,15}$/;
const KEEP_ALIVE_TIMEOUT = /(?:^|,)[\t ]*timeout[\t ]*=[\t ]*"?(\d{1,9})"?[\t ]*(?:,|$)/i;

/** Reads a head without the empty line behind it; undefined where it is not HTTP/1.1 or does not say plainly where its answer ends. */
export function parseAnswerHead(text: string): AnswerHead | undefined {
  if (!HEAD.test(text)) return undefined;
  const headers = readHeaders(text);
  if (headers === undefined) return undefined;
  const status = Number(text.slice(9, 12));
  const framing = framingOf(status, headers);
  if (framing === undefined) return undefined;
  const keepAlive = headers['keep-alive'];
  return {
    status,
    headers,
    framing,
    persistent: framing !== 'until-close' && isPersistent(text, headers['connection']),
    keepAliveMs: keepAlive === undefined ? undefined : readKeepAliveMs(keepAlive),
  };
}

function readHeaders(text: string): Record<string, string> | undefined {
  const headers: Record<string, string> = {};
  let count = 0;
  let at = text.indexOf(LINE_END) + 2;
  while (at < text.length) {
    count += 1;
    if (count > MAX_HEADERS) return undefined;
    const colon = text.indexOf(':', at);
    const end = text.indexOf(LINE_END, colon);
    const name = nameOf(text.slice(at, colon));
    const value = withoutBlanks(text, colon + 1, end);
    // An object has some names from the beginning, such as `constructor`.
    const known = headers[name];
    headers[name] = known === undefined || !Object.hasOwn(headers, name) ? value : `${known}, ${value}`;
    at = end + 2;
  }
  return headers;
}

const knownNames = new Map<string, string>();

/** In lower case. The same few come all the time, and a text that was a key before is found sooner than another with the same letters. */
function nameOf(written: string): string {
  const known = knownNames.get(written);
  if (known !== undefined) return known;
  const name = written.toLowerCase();
  if (written.length > MAX_KNOWN_NAME_LENGTH) return name;
  if (knownNames.size >= MAX_KNOWN_NAMES) knownNames.clear();
  // A copy: what was cut out of a head would keep all of it.
  knownNames.set(Buffer.from(written, 'latin1').toString('latin1'), Buffer.from(name, 'latin1').toString('latin1'));
  return name;
}

/** `trim` would take characters along that belong to the value. */
function withoutBlanks(text: string, start: number, end: number): string {
  let from = start;
  let to = end;
  while (from < to && isBlank(text.charCodeAt(from))) from += 1;
  while (to > from && isBlank(text.charCodeAt(to - 1))) to -= 1;
  return text.slice(from, to);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** RFC 9112, 6.3. Two lengths, or a length beside chunks, are how one answer is smuggled into another: no body is read by them. */
function framingOf(status: number, headers: Readonly<Record<string, string>>): Framing | undefined {
  // A connection that changes its protocol was not asked for.
  if (status === 101) return undefined;
  const length = headers['content-length'];
  const coding = headers['transfer-encoding'];
  if (status < 200 || status === 204 || status === 304) return 0;
  if (coding !== undefined) return length === undefined && coding.toLowerCase() === 'chunked' ? 'chunked' : undefined;
  if (length === undefined) return 'until-close';
  return CONTENT_LENGTH.test(length) ? Number(length) : undefined;
}

function isPersistent(text: string, connection: string | undefined): boolean {
  const isLatest = text.charCodeAt(7) === 0x31;
  if (connection === undefined) return isLatest;
  if (connection === 'keep-alive') return true;
  const options = connection.toLowerCase().split(',');
  return isLatest
    ? !options.some((option) => option.trim() === 'close')
    : options.some((option) => option.trim() === 'keep-alive');
}

function readKeepAliveMs(value: string): number | undefined {
  const seconds = KEEP_ALIVE_TIMEOUT.exec(value)?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}
