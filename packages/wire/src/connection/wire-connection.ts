import type { Socket } from 'node:net';

import { FrameBatch } from '../frame/frame-batch.js';
import { FrameDecoder } from '../frame/frame-decoder.js';
import { FrameType } from '../frame/frame-type.js';
import { WireProtocolError } from '../frame/protocol-error.js';
import { encodeJson, type Goaway } from '../schema.js';
import type { SocketReader } from './socket-reader.js';

/** Above this many unsent bytes, `data` and `body` frames wait until the socket has taken all of them. */
const CONGESTED_BYTES = 1024 * 1024;

/** A peer that leaves this many bytes unread is disconnected: frames other than `data` and `body` do not wait. */
const MAX_UNSENT_BYTES = 64 * 1024 * 1024;

/** How long a refused or finished peer has to close its side. */
const LINGER_MS = 2000;

/** After this many ping intervals without a byte, the peer is dead. */
const SILENT_INTERVALS = 3;

export interface ConnectionTimings {
  /** How long the peer may take until its `hello` is complete; for a client this includes connecting. */
  readonly helloTimeoutMs: number;
  readonly pingIntervalMs: number;
}

export const DEFAULT_CONNECTION_TIMINGS: ConnectionTimings = { helloTimeoutMs: 5000, pingIntervalMs: 5000 };

/** The side that a connection serves: server or client. */
export interface ConnectionOwner {
  /** A frame other than `ping` and `pong`. What it throws ends the connection. */
  onFrame(type: FrameType, streamId: number, payload: Buffer): void;
  /** Called once, when nothing more will be sent or received. */
  onClosed(reason: Error | undefined): void;
}

/** Whoever waits for a congested connection. */
export interface Resumable {
  resume(): void;
}

/** A socket, and where its bytes come in if not by its events. */
export interface WireSocket {
  readonly socket: Socket;
  readonly reader?: SocketReader | undefined;
}

/** Frames over one socket: what both sides do alike. */
export class WireConnection {
  readonly #socket: Socket;
  readonly #owner: ConnectionOwner;
  readonly #timings: ConnectionTimings;
  readonly #decoder = new FrameDecoder((type, streamId, payload) => this.#receive(type, streamId, payload));
  readonly #batch = new FrameBatch();
  readonly #stalled = new Set<Resumable>();
  #state: 'open' | 'finishing' | 'closed' = 'open';
  #flushScheduled = false;
  /** Writes that the socket has not finished, and what they have in all. */
  #pendingWrites = 0;
  #pendingBytes = 0;
  #congested = false;
  #silentIntervals = 0;
  #helloTimer: NodeJS.Timeout | undefined;
  #pingTimer: NodeJS.Timeout | undefined;
  #lingerTimer: NodeJS.Timeout | undefined;

  constructor({ socket, reader }: WireSocket, owner: ConnectionOwner, timings: ConnectionTimings) {
    this.#socket = socket;
    this.#owner = owner;
    this.#timings = timings;
    this.#helloTimer = setTimeout(
      () => this.fail(new Error('the peer did not say hello in time')),
      timings.helloTimeoutMs,
    );
    let socketError: Error | undefined;
    // Without it, each small write waits for the acknowledgement of the one before.
    socket.setNoDelay(true);
    if (reader === undefined) socket.on('data', (chunk: Buffer) => this.#read(chunk));
    else reader.attach((bytes) => this.#read(bytes));
    socket.on('error', (error) => (socketError = error));
    socket.on('close', () => this.fail(socketError));
  }

  get open(): boolean {
    return this.#state === 'open';
  }

  /** True while `data` and `body` frames must wait; see `whenUncongested`. */
  get congested(): boolean {
    return this.#congested;
  }

  whenUncongested(waiter: Resumable): void {
    this.#stalled.add(waiter);
  }

  /**
   * Queues a frame; all frames of one turn of the event loop are written together, those of other streams too: a write
   * costs more than most streams' other work. A long payload is not copied: leave it as it is.
   */
  send(type: FrameType, streamId: number, payload: Buffer = EMPTY): void {
    if (this.#state !== 'open') return;
    this.#batch.add(type, streamId, payload);
    if (this.#pendingBytes + this.#batch.bytes > CONGESTED_BYTES) this.#congested = true;
    if (this.#flushScheduled) return;
    this.#flushScheduled = true;
    setImmediate(this.#flush);
  }

  /** Tells the peer why, then closes. */
  refuse(goaway: Goaway, error: Error): void {
    this.send(FrameType.goaway, 0, encodeJson(goaway));
    this.finish(error);
  }

  /** Writes what is queued, then closes. */
  finish(reason?: Error): void {
    this.#flush();
    if (this.#state !== 'open') return;
    this.#state = 'finishing';
    this.#stopTimers();
    this.#socket.end();
    this.#lingerTimer = setTimeout(() => this.#socket.destroy(), LINGER_MS);
    this.#owner.onClosed(reason);
  }

  /** Closes at once; what is queued is lost. */
  fail(reason?: Error): void {
    if (this.#state === 'closed') return;
    const wasOpen = this.#state === 'open';
    this.#state = 'closed';
    this.#stopTimers();
    this.#stalled.clear();
    this.#socket.destroy();
    if (wasOpen) this.#owner.onClosed(reason);
  }

  readonly #flush = (): void => {
    this.#flushScheduled = false;
    const { bytes } = this.#batch;
    if (this.#state !== 'open' || bytes === 0) return;
    this.#pendingWrites += 1;
    this.#pendingBytes += bytes;
    this.#write(this.#batch.take());
    if (this.#pendingBytes <= MAX_UNSENT_BYTES) return;
    this.fail(new WireProtocolError('peer-not-reading', `the peer left ${this.#pendingBytes} bytes unread`));
  };

  #write(segments: readonly Buffer[]): void {
    const last = segments.length - 1;
    if (last > 0) this.#socket.cork();
    for (let index = 0; index < last; index += 1) this.#socket.write(segments[index] ?? EMPTY);
    this.#socket.write(segments[last] ?? EMPTY, this.#written);
    if (last > 0) this.#socket.uncork();
  }

  readonly #written = (): void => {
    this.#pendingWrites -= 1;
    if (this.#pendingWrites > 0) {
      this.#pendingBytes = this.#socket.writableLength;
      return;
    }
    this.#pendingBytes = 0;
    this.#batch.written();
    if (this.#congested && this.#state === 'open') this.#resumeStalled();
  };

  #resumeStalled(): void {
    this.#congested = false;
    const waiters = [...this.#stalled];
    this.#stalled.clear();
    for (const waiter of waiters) waiter.resume();
  }

  #read(chunk: Buffer): void {
    if (this.#state !== 'open') return;
    this.#silentIntervals = 0;
    try {
      this.#decoder.push(chunk);
    } catch (error) {
      this.#violated(error);
    }
  }

  #violated(error: unknown): void {
    if (!(error instanceof WireProtocolError)) {
      this.fail(new Error('the wire failed in a way it did not expect', { cause: error }));
      return;
    }
    this.refuse({ reason: 'protocol-error', message: error.message, lastStreamId: 0 }, error);
  }

  #receive(type: FrameType, streamId: number, payload: Buffer): void {
    // One chunk may hold more frames behind the one that closed us.
    if (this.#state !== 'open') return;
    if (type === FrameType.pong) return;
    if (type === FrameType.ping) {
      // A peer that pings but does not read could otherwise make pongs pile up; what is queued will show that we live.
      if (!this.#congested) this.send(FrameType.pong, 0);
      return;
    }
    if (type === FrameType.hello) this.#greeted();
    this.#owner.onFrame(type, streamId, payload);
  }

  #greeted(): void {
    clearTimeout(this.#helloTimer);
    this.#pingTimer = setInterval(() => this.#checkAlive(), this.#timings.pingIntervalMs);
    this.#pingTimer.unref();
  }

  #checkAlive(): void {
    if (this.#silentIntervals >= SILENT_INTERVALS) {
      this.fail(new WireProtocolError('peer-silent', `no byte from the peer in ${SILENT_INTERVALS} ping intervals`));
      return;
    }
    if (this.#silentIntervals > 0) this.send(FrameType.ping, 0);
    this.#silentIntervals += 1;
  }

  #stopTimers(): void {
    clearTimeout(this.#helloTimer);
    clearInterval(this.#pingTimer);
    clearTimeout(this.#lingerTimer);
  }
}

const EMPTY = Buffer.alloc(0);
