const CR = 0x0d;
const LF = 0x0a;
const TAB = 0x09;
const SEMICOLON = 0x3b;

/** 2^52: larger sizes are not exact as numbers. */
const MAX_SIZE_DIGITS = 13;

/** What stands beside the chunks themselves: extensions of one chunk, or all trailers. */
const MAX_ASIDE_BYTES = 64 * 1024;

const TRAILER = /^[!#$%&'*+.^_`|~\w-]+:[\t\x20-\x7e\x80-\xff]*$/;

/** Takes the payload of chunks, as a stretch of the bytes that are decoded just now. */
export interface PayloadSink {
  onPayload(bytes: Buffer, start: number, end: number): void;
}

type State =
  | 'size'
  | 'extension'
  | 'size-end'
  | 'data'
  | 'data-cr'
  | 'data-end'
  | 'trailer'
  | 'trailer-end'
  | 'done'
  | 'faulty';

/**
 * A body in chunks (RFC 9112, 7.1), in whatever pieces it comes. Extensions and trailers are read over. Nothing that the grammar does
 * not have is let pass: neither a line end without its carriage return nor blanks around a size.
 */
export class ChunkedDecoder {
  readonly #sink: PayloadSink;
  #state: State = 'size';
  #digits = 0;
  #left = 0;
  #asideBytes = 0;
  #trailer = '';

  constructor(sink: PayloadSink) {
    this.#sink = sink;
  }

  get done(): boolean {
    return this.#state === 'done';
  }

  get faulty(): boolean {
    return this.#state === 'faulty';
  }

  reset(): void {
    this.#state = 'size';
    this.#digits = 0;
    this.#left = 0;
    this.#asideBytes = 0;
    this.#trailer = '';
  }

  /** Decodes from `start`, and says where it stopped: at `end`, or behind the last chunk, or at a fault. */
  decode(bytes: Buffer, start: number, end: number): number {
    let at = start;
    while (at < end) {
      if (this.#state === 'data') {
        at = this.#takeData(bytes, at, end);
        continue;
      }
      const stop = this.#state === 'size' && this.#digits === 0 ? this.#takeWhole(bytes, at, end) : at;
      if (stop > at) {
        at = stop;
        continue;
      }
      this.#state = this.#next(bytes[at] ?? 0);
      at += 1;
      if (this.#state === 'done' || this.#state === 'faulty') break;
    }
    return at;
  }

  /**
   * Takes a chunk that is here with both its line ends and nothing beside it, as most chunks of a stream are, without a state for each
   * of its bytes. Says where it ends; `start` for any other.
   */
  #takeWhole(bytes: Buffer, start: number, end: number): number {
    const limit = Math.min(start + MAX_SIZE_DIGITS, end);
    let size = 0;
    let at = start;
    for (; at < limit; at += 1) {
      const digit = hexDigit(bytes[at] ?? 0);
      if (digit < 0) break;
      size = size * 16 + digit;
    }
    const payload = at + 2;
    const stop = payload + size;
    if (size === 0 || stop + 2 > end || !isLineEnd(bytes, at) || !isLineEnd(bytes, stop)) return start;
    this.#sink.onPayload(bytes, payload, stop);
    return stop + 2;
  }

  #takeData(bytes: Buffer, at: number, end: number): number {
    const stop = Math.min(at + this.#left, end);
    this.#sink.onPayload(bytes, at, stop);
    this.#left -= stop - at;
    if (this.#left === 0) this.#state = 'data-cr';
    return stop;
  }

  #next(byte: number): State {
    switch (this.#state) {
      case 'size':
        return this.#nextOfSize(byte);
      case 'extension':
        if (byte === CR) return 'size-end';
        return this.#isAside(byte) ? 'extension' : 'faulty';
      case 'size-end':
        if (byte !== LF) return 'faulty';
        return this.#startChunk();
      case 'data-cr':
        return byte === CR ? 'data-end' : 'faulty';
      case 'data-end':
        return byte === LF ? 'size' : 'faulty';
      case 'trailer':
        if (byte === CR) return 'trailer-end';
        if (!this.#isAside(byte)) return 'faulty';
        this.#trailer += String.fromCharCode(byte);
        return 'trailer';
      case 'trailer-end':
        return byte === LF ? this.#endTrailer() : 'faulty';
      default:
        return 'faulty';
    }
  }

  #nextOfSize(byte: number): State {
    const digit = hexDigit(byte);
    if (digit >= 0) {
      this.#digits += 1;
      this.#left = this.#left * 16 + digit;
      return this.#digits > MAX_SIZE_DIGITS ? 'faulty' : 'size';
    }
    if (this.#digits === 0) return 'faulty';
    if (byte === CR) return 'size-end';
    return byte === SEMICOLON ? 'extension' : 'faulty';
  }

  #startChunk(): State {
    this.#digits = 0;
    this.#asideBytes = 0;
    return this.#left === 0 ? 'trailer' : 'data';
  }

  #endTrailer(): State {
    if (this.#trailer === '') return 'done';
    const isField = TRAILER.test(this.#trailer);
    this.#trailer = '';
    return isField ? 'trailer' : 'faulty';
  }

  #isAside(byte: number): boolean {
    this.#asideBytes += 1;
    return this.#asideBytes <= MAX_ASIDE_BYTES && ((byte >= 0x20 && byte !== 0x7f) || byte === TAB);
  }
}

function isLineEnd(bytes: Buffer, at: number): boolean {
  return bytes[at] === CR && bytes[at + 1] === LF;
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
