import { GatewayError } from '@switchyard/canonical';

import { FrameType, MAX_CHUNK_BYTES } from '../frame/frame-type.js';
import { WireProtocolError } from '../frame/protocol-error.js';
import { BODY_WINDOW_BYTES, DATA_WINDOW_BYTES } from './stream-window.js';
import type { WireConnection } from './wire-connection.js';

interface Blocked {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/**
 * The sending half of one stream's flow control. While credit remains, a chunk costs no promise; without credit, or on
 * a congested connection, chunks wait here, and writers with them.
 *
 * With any credit left a whole frame may go, even one longer than it, so that chunks of up to MAX_CHUNK_BYTES keep
 * their borders. The receiver allows for that.
 */
export class SendWindow {
  readonly #connection: WireConnection;
  readonly #type: typeof FrameType.body | typeof FrameType.data;
  readonly #streamId: number;
  readonly #windowBytes: number;
  #credit: number;
  #waiting: Buffer[] = NOTHING;
  #blocked: Blocked | undefined;
  #failure: Error | undefined;
  #onFlushed: (() => void) | undefined;

  constructor(connection: WireConnection, type: typeof FrameType.body | typeof FrameType.data, streamId: number) {
    this.#connection = connection;
    this.#type = type;
    this.#streamId = streamId;
    this.#windowBytes = type === FrameType.body ? BODY_WINDOW_BYTES : DATA_WINDOW_BYTES;
    this.#credit = this.#windowBytes;
  }

  /** A promise means: write no more until it resolves. It rejects when the stream is over. */
  write(chunk: Buffer): Promise<void> | undefined {
    if (this.#failure !== undefined) return quiet(Promise.reject(this.#failure));
    if (this.#blocked !== undefined) {
      if (this.#waiting.length === 0) this.#waiting = [chunk];
      else this.#waiting.push(chunk);
      return this.#blocked.promise;
    }
    const rest = this.#send(chunk);
    if (rest.length > 0) this.#waiting = [rest];
    return rest.length === 0 && this.#open ? undefined : this.#block();
  }

  /** Takes a `credit` frame's increment. */
  grant(bytes: number): void {
    this.#credit += bytes;
    if (this.#credit > this.#windowBytes) {
      throw new WireProtocolError('credit-overflow', 'the peer granted more credit than it was sent bytes');
    }
    this.resume();
  }

  /** Sends what waited, as far as it may. */
  resume(): void {
    if (this.#blocked === undefined) return;
    while (this.#open) {
      const chunk = this.#waiting.shift();
      if (chunk === undefined) break;
      const rest = this.#send(chunk);
      if (rest.length > 0) this.#waiting.unshift(rest);
    }
    if (this.#waiting.length === 0 && this.#open) {
      this.#blocked.resolve();
      this.#blocked = undefined;
    } else if (this.#connection.congested) {
      this.#connection.whenUncongested(this);
    }
    if (this.#waiting.length === 0) this.#flushed();
  }

  /** Calls back once every written chunk has been sent or the window has failed. */
  whenFlushed(callback: () => void): void {
    this.#onFlushed = callback;
    if (this.#waiting.length === 0) this.#flushed();
  }

  /** Drops what waits and rejects whoever waits. */
  fail(error: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#waiting = NOTHING;
    this.#blocked?.reject(error);
    this.#blocked = undefined;
    this.#flushed();
  }

  /** The attempt is over: what waits is dropped, and whoever still writes is told. */
  close(): void {
    this.fail(OVER);
  }

  get #open(): boolean {
    return this.#credit > 0 && !this.#connection.congested;
  }

  /** Returns the part of the chunk that must wait. */
  #send(chunk: Buffer): Buffer {
    let rest = chunk;
    while (rest.length > MAX_CHUNK_BYTES && this.#open) {
      this.#sendFrame(rest.subarray(0, MAX_CHUNK_BYTES));
      rest = rest.subarray(MAX_CHUNK_BYTES);
    }
    if (rest.length === 0 || !this.#open) return rest;
    this.#sendFrame(rest);
    return EMPTY;
  }

  #sendFrame(frame: Buffer): void {
    this.#connection.send(this.#type, this.#streamId, frame);
    this.#credit -= frame.length;
  }

  #block(): Promise<void> {
    let resolve = (): void => {};
    let reject = (_error: Error): void => {};
    const promise = quiet(
      new Promise<void>((onResolve, onReject) => {
        resolve = onResolve;
        reject = onReject;
      }),
    );
    this.#blocked = { promise, resolve, reject };
    if (this.#connection.congested) this.#connection.whenUncongested(this);
    return promise;
  }

  #flushed(): void {
    const callback = this.#onFlushed;
    this.#onFlushed = undefined;
    callback?.();
  }
}

const EMPTY = Buffer.alloc(0);

/** Never written to: most windows never have anything waiting. */
const NOTHING: Buffer[] = [];

// One for all: nearly every window ends this way without anybody hearing of it, and an error's stack is dear.
const OVER = new GatewayError('internal', 'the attempt is over');

/** A writer that had nothing more to write need not have kept the promise. */
function quiet(promise: Promise<void>): Promise<void> {
  promise.catch(() => {});
  return promise;
}
