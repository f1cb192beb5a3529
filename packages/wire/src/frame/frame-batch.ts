import { type FrameType, HEADER_BYTES } from './frame-type.js';

/** Up to this length a payload is copied behind its header: cheaper than one more entry in the write. */
export const COPY_LIMIT_BYTES = 4096;

/** Headers and small payloads are laid out in slabs of this size, one after the other. */
const SLAB_BYTES = 64 * 1024;

/** Frames that will be written together. Long payloads are taken by reference. */
export class FrameBatch {
  #segments: Buffer[] = [];
  #slab: Buffer = Buffer.allocUnsafeSlow(SLAB_BYTES);
  /** What of the slab is not yet part of a segment: from `#start` to `#end`. */
  #start = 0;
  #end = 0;
  #bytes = 0;

  /** How many bytes wait to be taken. */
  get bytes(): number {
    return this.#bytes;
  }

  add(type: FrameType, streamId: number, payload: Buffer): void {
    const { length } = payload;
    const copied = length <= COPY_LIMIT_BYTES;
    this.#reserve(copied ? HEADER_BYTES + length : HEADER_BYTES);
    const slab = this.#slab;
    const start = this.#end;
    slab.writeUInt32BE(length, start);
    slab[start + 4] = type;
    slab.writeUInt32BE(streamId, start + 5);
    this.#end = start + HEADER_BYTES;
    this.#bytes += HEADER_BYTES + length;
    if (copied) {
      if (length > 0) this.#end += payload.copy(slab, this.#end);
      return;
    }
    this.#cut();
    this.#segments.push(payload);
  }

  /** The bytes of all frames added since the last call, in order. */
  take(): readonly Buffer[] {
    this.#cut();
    this.#bytes = 0;
    const segments = this.#segments;
    this.#segments = [];
    return segments;
  }

  /** Says that everything taken has been written: its memory may be used again. */
  written(): void {
    if (this.#start !== this.#end || this.#segments.length > 0) return;
    this.#start = 0;
    this.#end = 0;
  }

  // What was taken of a slab is not written again before `written`: the socket may still hold it.
  #reserve(bytes: number): void {
    if (this.#end + bytes <= this.#slab.length) return;
    this.#cut();
    this.#slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
    this.#start = 0;
    this.#end = 0;
  }

  #cut(): void {
    if (this.#start === this.#end) return;
    this.#segments.push(this.#slab.subarray(this.#start, this.#end));
    this.#start = this.#end;
  }
}
