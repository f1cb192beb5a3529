import { GatewayError } from '@switchyard/canonical';

/** One event of a `text/event-stream`: its `event` field, if it had one, and its `data` lines joined by newlines. */
export interface SseEvent {
  readonly event?: string | undefined;
  readonly data: string;
}

export interface SseScannerOptions {
  /** Bytes of one event that may be held before its blank line came. */
  readonly maxEventBytes?: number | undefined;
}

/** Turns bytes into events, however they are split. */
export interface SseScanner {
  /** @throws GatewayError `upstream_malformed` when one event grows over the limit. */
  push(chunk: Buffer): SseEvent[];
  /** The stream closed. An event without its final blank line is returned too: some providers omit that line. */
  end(): SseEvent[];
}

const DEFAULT_MAX_EVENT_BYTES = 16 * 1024 * 1024;
const LF = 0x0a;
const CR = 0x0d;
const COLON = 0x3a;
const SPACE = 0x20;

/** A scanner for one stream. It keeps no reference to the chunks it is given, so that their buffers may be reused. */
export function createSseScanner(options: SseScannerOptions = {}): SseScanner {
  return new LineScanner(options.maxEventBytes ?? DEFAULT_MAX_EVENT_BYTES);
}

/**
 * Line ends are LF, CRLF or CR; a leading BOM is dropped; comments and the fields `id` and `retry` are skipped.
 * (HTML standard, "Server-sent events", parsing an event stream)
 */
class LineScanner implements SseScanner {
  readonly #maxEventBytes: number;
  /** Copies of the parts of a line whose end has not come. */
  #parts: Buffer[] = [];
  #heldBytes = 0;
  #skipLineFeed = false;
  #atFirstLine = true;
  #event: string | undefined;
  #data: string | undefined;
  #events: SseEvent[] = [];

  constructor(maxEventBytes: number) {
    this.#maxEventBytes = maxEventBytes;
  }

  push(chunk: Buffer): SseEvent[] {
    let start = 0;
    if (this.#skipLineFeed && chunk.length > 0) {
      this.#skipLineFeed = false;
      if (chunk[0] === LF) start = 1;
    }
    // Each is searched for again only once it was passed, so a chunk is walked over at most twice.
    let lineFeed = chunk.indexOf(LF, start);
    let carriageReturn = chunk.indexOf(CR, start);
    while (lineFeed !== -1 || carriageReturn !== -1) {
      const isReturn = carriageReturn !== -1 && (lineFeed === -1 || carriageReturn < lineFeed);
      const end = isReturn ? carriageReturn : lineFeed;
      this.#endLine(chunk, start, end);
      start = end + 1;
      if (isReturn && start === chunk.length) this.#skipLineFeed = true;
      if (isReturn && chunk[start] === LF) start += 1;
      if (lineFeed !== -1 && lineFeed < start) lineFeed = chunk.indexOf(LF, start);
      if (isReturn) carriageReturn = chunk.indexOf(CR, start);
    }
    if (start < chunk.length) this.#holdPart(chunk.subarray(start));
    return this.#take();
  }

  end(): SseEvent[] {
    if (this.#parts.length > 0) this.#endLine(Buffer.alloc(0), 0, 0);
    this.#dispatch();
    return this.#take();
  }

  #take(): SseEvent[] {
    if (this.#events.length === 0) return [];
    const events = this.#events;
    this.#events = [];
    return events;
  }

  #holdPart(part: Buffer): void {
    this.#hold(part.length);
    this.#parts.push(Buffer.from(part));
  }

  #hold(bytes: number): void {
    this.#heldBytes += bytes;
    if (this.#heldBytes <= this.#maxEventBytes) return;
    throw new GatewayError(
      'upstream_malformed',
      `the provider sent one event of more than ${this.#maxEventBytes} bytes in its stream`,
    );
  }

  #endLine(chunk: Buffer, start: number, end: number): void {
    if (this.#parts.length === 0) {
      this.#readLine(chunk, start, end);
      return;
    }
    const line = Buffer.concat([...this.#parts, chunk.subarray(start, end)]);
    for (const part of this.#parts) this.#heldBytes -= part.length;
    this.#parts = [];
    this.#readLine(line, 0, line.length);
  }

  #readLine(bytes: Buffer, lineStart: number, end: number): void {
    const start = this.#atFirstLine ? afterByteOrderMark(bytes, lineStart, end) : lineStart;
    this.#atFirstLine = false;
    if (start === end) {
      this.#dispatch();
      return;
    }
    if (isField(bytes, start, end, 'data')) {
      this.#hold(end - start);
      const value = fieldValue(bytes, start + 4, end);
      this.#data = this.#data === undefined ? value : `${this.#data}\n${value}`;
    } else if (isField(bytes, start, end, 'event')) {
      this.#hold(end - start);
      this.#event = fieldValue(bytes, start + 5, end);
    }
  }

  #dispatch(): void {
    if (this.#data !== undefined) {
      this.#events.push(this.#event ? { event: this.#event, data: this.#data } : { data: this.#data });
    }
    this.#data = undefined;
    this.#event = undefined;
    this.#heldBytes = 0;
  }
}

function afterByteOrderMark(bytes: Buffer, start: number, end: number): number {
  const hasMark = end - start >= 3 && bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf;
  return hasMark ? start + 3 : start;
}

function isField(bytes: Buffer, start: number, end: number, name: 'data' | 'event'): boolean {
  const nameEnd = start + name.length;
  if (nameEnd > end || (nameEnd < end && bytes[nameEnd] !== COLON)) return false;
  for (let index = 0; index < name.length; index += 1) {
    if (bytes[start + index] !== name.charCodeAt(index)) return false;
  }
  return true;
}

function fieldValue(bytes: Buffer, colon: number, end: number): string {
  const start = bytes[colon + 1] === SPACE ? colon + 2 : colon + 1;
  return start < end ? bytes.toString('utf8', start, end) : '';
}
