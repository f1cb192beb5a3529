import { type FrameType, HEADER_BYTES } from './frame-type.js';

/** Up to this length a payload is copied behind its header: cheaper than one more entry in the write. */
const COPY_LIMIT_BYTES = 2048;

/** Headers and small payloads are laid out in slabs of this size, one after the other. */
const SLAB_BYTES = 16 * 1024;

/** Frames that will be written together. Long payloads are taken by reference. */
export class FrameBatch {
  #segments: Buffer[] = [];
  #slab = Buffer.alloc(0);
  /** What of the slab is not yet part of a segment: from `#start` to `#end`. */
  #start = 0;
  #end = 0;

  get empty(): boolean {
    return this.#segments.length === 0 && this.#start === this.#end;
  }

  add(type: FrameType, streamId: number, payload: Buffer): void {
    const copied = payload.length <= COPY_LIMIT_BYTES;
    this.#reserve(copied ? HEADER_BYTES + payload.length : HEADER_BYTES);
    const slab = this.#slab;
    slab.writeUInt32BE(payload.length, this.#end);
    slab.writeUInt8(type, this.#end + 4);
    slab.writeUInt32BE(streamId, this.#end + 5);
    this.#end += HEADER_BYTES;
    if (copied) {
      this.#end += payload.copy(slab, this.#end);
      return;
    }
    this.#cut();
    this.#segments.push(payload);
  }

  /** The bytes of all frames added since the last call, in order. */
  take(): readonly Buffer[] {
    this.#cut();
    const segments = this.#segments;
    this.#segments = [];
    return segments;
  }

  // A slab is never written twice: the socket may still hold what was taken from it.
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
