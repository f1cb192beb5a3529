/** Small enough to stay in the processor's cache, large enough for most turns' frames. */
const READ_BUFFER_BYTES = 64 * 1024;

/** Takes what was received; it is good until the call returns. */
export type ByteSink = (bytes: Buffer) => void;

/**
 * Where a socket's bytes come in: one buffer for all reads. Without it Node makes a buffer of 64 KB for every read, which costs
 * little in itself and much when they are collected.
 */
export class SocketReader {
  #sink: ByteSink = () => {};

  /** For the options of the socket. */
  readonly onread = {
    buffer: Buffer.allocUnsafeSlow(READ_BUFFER_BYTES),
    callback: (bytes: number, buffer: Uint8Array): boolean => {
      this.#sink(Buffer.from(buffer.buffer, buffer.byteOffset, bytes));
      return true;
    },
  };

  /** Sends all bytes here from now on. */
  attach(sink: ByteSink): void {
    this.#sink = sink;
  }
}
