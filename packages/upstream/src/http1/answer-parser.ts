import { parseAnswerHead, type AnswerHead } from './answer-head.js';
import { ChunkedDecoder, type PayloadSink } from './chunked-decoder.js';

/** Beyond it a head is no longer waited for. */
const MAX_HEAD_BYTES = 64 * 1024;

const HEAD_END = Buffer.from('\r\n\r\n');
const START = 'HTTP/1.';

/** Takes what an answer consists of. */
export interface AnswerSink {
  /** Called once, for the final answer: informational ones are read over. */
  onHead(head: AnswerHead): void;
  /** The chunk is the sink's own. */
  onData(chunk: Buffer): void;
}

/** Why an answer cannot be read on. */
export type AnswerFault = 'malformed' | 'head-too-large';

type State = 'head' | 'length' | 'chunked' | 'until-close' | 'complete' | 'faulty';

/**
 * Reads the answers of one connection, one after the other, from whatever pieces they come in. What it is given is copied, so
 * that the same memory can be read into again; the payload of one piece is handed out as one chunk.
 */
export class AnswerParser implements PayloadSink {
  readonly #sink: AnswerSink;
  readonly #chunked = new ChunkedDecoder(this);
  #state: State = 'head';
  #fault: AnswerFault = 'malformed';
  /** The beginning of a head whose end has not come. */
  #begun: Buffer | undefined;
  #left = 0;
  #end = 0;
  /** The first stretch of payload in the bytes that are read just now, which nearly always is the only one. */
  #stretchStart = 0;
  #stretchEnd = 0;
  /** All stretches, where there are several. */
  #payload: Buffer | undefined;
  #payloadBytes = 0;

  constructor(sink: AnswerSink) {
    this.#sink = sink;
  }

  /** Whether the answer has been read to its end. */
  get complete(): boolean {
    return this.#state === 'complete';
  }

  get fault(): AnswerFault | undefined {
    return this.#state === 'faulty' ? this.#fault : undefined;
  }

  /** Gets ready for the next answer. */
  reset(): void {
    this.#state = 'head';
    this.#begun = undefined;
    this.#left = 0;
  }

  /** Reads the first `length` bytes. False where some are left behind the end of the answer: nobody asked for them. */
  execute(bytes: Buffer, length: number): boolean {
    this.#end = length;
    let at = 0;
    if (this.#state === 'head') at = this.#readHeads(bytes, length);
    if (at < length) at = this.#readBody(bytes, at, length);
    this.#flush(bytes);
    return at === length;
  }

  /** The connection was closed: that is the end only of an answer that is framed by nothing else. */
  finish(): void {
    if (this.#state === 'until-close') this.#state = 'complete';
  }

  onPayload(bytes: Buffer, start: number, end: number): void {
    if (this.#stretchEnd === 0) {
      this.#stretchStart = start;
      this.#stretchEnd = end;
      return;
    }
    const payload = (this.#payload ??= this.#joinFrom(bytes));
    this.#payloadBytes += bytes.copy(payload, this.#payloadBytes, start, end);
  }

  /** Room for all payload that is left in these bytes, begun with the first stretch. */
  #joinFrom(bytes: Buffer): Buffer {
    const payload = Buffer.allocUnsafe(this.#end - this.#stretchStart);
    this.#payloadBytes = bytes.copy(payload, 0, this.#stretchStart, this.#stretchEnd);
    return payload;
  }

  /** Reads up to and with the final head, and says where the body begins. */
  #readHeads(bytes: Buffer, length: number): number {
    let at = 0;
    while (this.#state === 'head' && at < length) {
      const begun = this.#begun;
      if (begun === undefined) {
        at = this.#readHead(bytes, at, length);
        continue;
      }
      const joined = Buffer.concat([begun, bytes.subarray(at, length)]);
      this.#begun = undefined;
      at += this.#readHead(joined, 0, joined.length) - begun.length;
    }
    return at;
  }

  #readHead(bytes: Buffer, start: number, length: number): number {
    const found = bytes.indexOf(HEAD_END, start);
    const end = found + HEAD_END.length;
    if (found < 0 || end > length) {
      this.#keepBegun(bytes.subarray(start, length));
      return length;
    }
    if (end - start > MAX_HEAD_BYTES) {
      return this.#fail(isHttp(bytes, start, length) ? 'head-too-large' : 'malformed', length);
    }
    const head = parseAnswerHead(bytes.toString('latin1', start, end - 2));
    if (head === undefined) return this.#fail('malformed', length);
    if (head.status >= 200) this.#startBody(head);
    return end;
  }

  /** A peer that speaks something else may wait for ever for an answer to it. */
  #keepBegun(begun: Buffer): void {
    if (!isHttp(begun, 0, begun.length)) this.#fail('malformed', 0);
    else if (begun.length >= MAX_HEAD_BYTES) this.#fail('head-too-large', 0);
    else this.#begun = Buffer.from(begun);
  }

  #startBody(head: AnswerHead): void {
    const { framing } = head;
    if (typeof framing === 'number') {
      this.#left = framing;
      this.#state = framing === 0 ? 'complete' : 'length';
    } else {
      this.#state = framing;
      if (framing === 'chunked') this.#chunked.reset();
    }
    this.#sink.onHead(head);
  }

  #readBody(bytes: Buffer, at: number, length: number): number {
    switch (this.#state) {
      case 'length':
        return this.#readLength(bytes, at, length);
      case 'until-close':
        this.onPayload(bytes, at, length);
        return length;
      case 'chunked':
        return this.#readChunks(bytes, at, length);
      default:
        return at;
    }
  }

  #readLength(bytes: Buffer, at: number, length: number): number {
    const stop = Math.min(at + this.#left, length);
    this.onPayload(bytes, at, stop);
    this.#left -= stop - at;
    if (this.#left === 0) this.#state = 'complete';
    return stop;
  }

  #readChunks(bytes: Buffer, at: number, length: number): number {
    const stop = this.#chunked.decode(bytes, at, length);
    if (this.#chunked.done) this.#state = 'complete';
    if (this.#chunked.faulty) return this.#fail('malformed', length);
    return stop;
  }

  #flush(bytes: Buffer): void {
    if (this.#stretchEnd === 0) return;
    const chunk = this.#payload?.subarray(0, this.#payloadBytes) ?? this.#copyStretch(bytes);
    this.#stretchEnd = 0;
    this.#payload = undefined;
    this.#sink.onData(chunk);
  }

  #copyStretch(bytes: Buffer): Buffer {
    const chunk = Buffer.allocUnsafe(this.#stretchEnd - this.#stretchStart);
    bytes.copy(chunk, 0, this.#stretchStart, this.#stretchEnd);
    return chunk;
  }

  #fail(fault: AnswerFault, at: number): number {
    this.#state = 'faulty';
    this.#fault = fault;
    return at;
  }
}

function isHttp(bytes: Buffer, start: number, length: number): boolean {
  const begun = bytes.toString('latin1', start, Math.min(start + START.length, length));
  return begun === START.slice(0, begun.length);
}
