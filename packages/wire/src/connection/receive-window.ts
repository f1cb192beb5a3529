import { CREDIT_BYTES, FrameType, MAX_CHUNK_BYTES } from '../frame/frame-type.js';
import { WireProtocolError } from '../frame/protocol-error.js';
import type { WireConnection } from './wire-connection.js';

/** The receiving half of one stream's flow control. */
export class ReceiveWindow {
  readonly #connection: WireConnection;
  readonly #streamId: number;
  /** Credit goes back in steps of half a window: few frames, and the sender need not stop. */
  readonly #stepBytes: number;
  /** The sender's credit as far as we know; the sender, for whom grants are still on their way, has at most this. */
  #credit: number;
  #consumedBytes = 0;

  constructor(connection: WireConnection, streamId: number, windowBytes: number) {
    this.#connection = connection;
    this.#streamId = streamId;
    this.#stepBytes = windowBytes / 2;
    this.#credit = windowBytes;
  }

  /** Counts bytes that arrived. Throws a WireProtocolError if the sender cannot have had credit for them. */
  received(bytes: number): void {
    this.#credit -= bytes;
    // The last byte of credit may be spent on a whole frame.
    if (this.#credit > -MAX_CHUNK_BYTES) return;
    throw new WireProtocolError('window-exceeded', 'the peer sent more than its credit');
  }

  /** Counts bytes that are out of our hands, and grants credit for them. */
  consumed(bytes: number): void {
    this.#consumedBytes += bytes;
    if (this.#consumedBytes < this.#stepBytes) return;
    const payload = Buffer.allocUnsafe(CREDIT_BYTES);
    payload.writeUInt32BE(this.#consumedBytes);
    this.#connection.send(FrameType.credit, this.#streamId, payload);
    this.#credit += this.#consumedBytes;
    this.#consumedBytes = 0;
  }
}
