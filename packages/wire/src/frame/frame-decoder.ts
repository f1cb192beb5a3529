import { FrameType, frameRule, HEADER_BYTES } from './frame-type.js';
import { WireProtocolError } from './protocol-error.js';

/** Takes one frame. A payload of `data` is the taker's own; any other is good until the call returns. */
export type FrameSink = (type: FrameType, streamId: number, payload: Buffer) => void;

/**
 * Cuts a connection's bytes into frames, however they were split on the way.
 *
 * A payload that arrived in one piece is handed on without a copy, but for `data`, which readers keep beyond the buffer that
 * it came in; one that did not is copied once into a buffer of its declared length, which `frameRule` bounds. Only `body` is
 * handed on piece by piece: its reader joins all pieces of all its frames anyway.
 */
export class FrameDecoder {
  readonly #sink: FrameSink;
  readonly #header = Buffer.alloc(HEADER_BYTES);
  #headerBytes = 0;
  #type: FrameType = FrameType.hello;
  #streamId = 0;
  /** Bytes of the payload still to come; 0 between frames. */
  #missing = 0;
  /** The part of a split payload that is here. */
  #partial: Buffer | undefined;
  #partialBytes = 0;
  #started = false;
  #failure: WireProtocolError | undefined;

  constructor(sink: FrameSink) {
    this.#sink = sink;
  }

  /** Throws a WireProtocolError at the first forbidden header, and the same one ever after. */
  push(chunk: Buffer): void {
    if (this.#failure !== undefined) throw this.#failure;
    let offset = 0;
    while (offset < chunk.length) {
      offset = this.#missing === 0 ? this.#readHeader(chunk, offset) : this.#readPayload(chunk, offset);
    }
  }

  #readHeader(chunk: Buffer, offset: number): number {
    if (this.#headerBytes === 0 && chunk.length - offset >= HEADER_BYTES) {
      this.#begin(chunk, offset);
      return offset + HEADER_BYTES;
    }
    const copied = chunk.copy(this.#header, this.#headerBytes, offset);
    this.#headerBytes += copied;
    if (this.#headerBytes === HEADER_BYTES) {
      this.#headerBytes = 0;
      this.#begin(this.#header, 0);
    }
    return offset + copied;
  }

  #begin(bytes: Buffer, offset: number): void {
    const length = bytes.readUInt32BE(offset);
    const typeByte = bytes.readUInt8(offset + 4);
    const streamId = bytes.readUInt32BE(offset + 5);
    const rule = frameRule(typeByte);
    if (rule === undefined) throw this.#fail('unknown-frame-type', `frame type ${typeByte} is not one of the protocol`);
    if (length < rule.minBytes || length > rule.maxBytes) {
      throw this.#fail('bad-length', `a frame of type ${typeByte} cannot have ${length} bytes`);
    }
    if (rule.onStream !== streamId > 0) {
      throw this.#fail('bad-stream-id', `a frame of type ${typeByte} cannot have stream id ${streamId}`);
    }
    this.#checkHello(rule.type);
    this.#type = rule.type;
    this.#streamId = streamId;
    this.#missing = length;
    if (length === 0) this.#sink(rule.type, streamId, EMPTY);
  }

  /** A server that refuses a connection answers `goaway` in place of `hello`. */
  #checkHello(type: FrameType): void {
    if (this.#started && type === FrameType.hello) throw this.#fail('unexpected-frame', 'hello was sent twice');
    if (!this.#started && type !== FrameType.hello && type !== FrameType.goaway) {
      throw this.#fail('hello-expected', 'the first frame of a connection must be hello');
    }
    this.#started = true;
  }

  #readPayload(chunk: Buffer, offset: number): number {
    const end = Math.min(offset + this.#missing, chunk.length);
    const isWhole = this.#partial === undefined && offset + this.#missing === end;
    const isKept = this.#type === FrameType.data || !isWhole;
    if (isKept && this.#type !== FrameType.body) {
      this.#join(chunk, offset, end);
      return end;
    }
    this.#missing -= end - offset;
    this.#sink(this.#type, this.#streamId, chunk.subarray(offset, end));
    return end;
  }

  #join(chunk: Buffer, offset: number, end: number): void {
    this.#partial ??= Buffer.allocUnsafe(this.#missing);
    this.#partialBytes += chunk.copy(this.#partial, this.#partialBytes, offset, end);
    this.#missing -= end - offset;
    if (this.#missing > 0) return;
    const payload = this.#partial;
    this.#partial = undefined;
    this.#partialBytes = 0;
    this.#sink(this.#type, this.#streamId, payload);
  }

  #fail(...reason: ConstructorParameters<typeof WireProtocolError>): WireProtocolError {
    this.#failure = new WireProtocolError(...reason);
    return this.#failure;
  }
}

const EMPTY = Buffer.alloc(0);
