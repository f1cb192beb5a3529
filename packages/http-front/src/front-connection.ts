import type { Socket } from 'node:net';

import { FrontAnswer, type AnswerSink } from './front-answer.js';
import { FrontRequest } from './front-request.js';
import { COPY_BYTES, joinedTo, OutQueue } from './out-queue.js';
import { readHead } from './read-head.js';

/** What a connection needs of the front that it belongs to. */
export interface ConnectionOwner<Route> {
  /** Counts up, once a sweep. */
  readonly tick: number;
  readonly isClosing: boolean;
  /** What a head says about a connection that stays open, as whole lines. */
  readonly keepAliveHeaders: string;
  /** Where a request goes; undefined where nothing is served here. */
  route(target: string): Route | undefined;
  serve(route: Route, request: FrontRequest, answer: FrontAnswer): void;
  /** Flushes a connection at the end of this turn of the event loop. */
  flushSoon(connection: FrontConnection<Route>): void;
  /** From here on node:http serves the connection; `unread` is what came and was not read. */
  handOver(connection: FrontConnection<Route>, unread: Buffer): void;
  forget(connection: FrontConnection<Route>): void;
}

/** Limits in sweeps. */
export interface SweepLimits {
  readonly head: number;
  readonly body: number;
  readonly request: number;
  readonly keepAlive: number;
}

// Of requests that were sent before the answer to this one: more of them stay in the kernel.
const UNREAD_BYTES = 64 * 1024;
const QUEUED_BYTES = 64 * 1024;

/** One connection whose requests are plain so far. They are served one by one. */
export class FrontConnection<Route> implements AnswerSink {
  readonly socket: Socket;
  readonly #owner: ConnectionOwner<Route>;
  readonly #out = new OutQueue();
  /** The one whose body is coming or whose answer is due. */
  #request: FrontRequest | undefined;
  /** Until the answer is over. */
  #answer: FrontAnswer | undefined;
  /** What came behind a whole request. */
  #unread: Buffer | undefined;
  #isFresh = true;
  #isFlushDue = false;
  /** When it became idle, or its request began. */
  #sinceTick: number;
  #drained: PromiseWithResolvers<void> | undefined;
  readonly #onData = (bytes: Buffer): void => this.#received(bytes);
  readonly #onEnd = (): void => this.#ended();
  readonly #onClose = (): void => this.#closed();
  readonly #onDrain = (): void => this.#resolveDrained();
  // What an error means, the close that follows says too.
  readonly #onError = (): void => {};

  constructor(socket: Socket, owner: ConnectionOwner<Route>) {
    this.socket = socket;
    this.#owner = owner;
    this.#sinceTick = owner.tick;
    socket.on('data', this.#onData).on('end', this.#onEnd).on('close', this.#onClose);
    socket.on('drain', this.#onDrain).on('error', this.#onError);
  }

  get isIdle(): boolean {
    return this.#request === undefined;
  }

  get isBehind(): boolean {
    return this.socket.writableNeedDrain;
  }

  connectionHeaders(): string {
    return this.#owner.isClosing ? 'Connection: close\r\n' : this.#owner.keepAliveHeaders;
  }

  queue(bytes: Buffer | string): void {
    this.#out.add(bytes);
    if (this.#out.bytes > QUEUED_BYTES) this.flush();
  }

  writeWhole(head: string, body: Buffer): void {
    if (this.#out.bytes === 0 && head.length + body.length <= COPY_BYTES) {
      if (!this.socket.destroyed) this.socket.write(joinedTo(head, body));
      return;
    }
    this.queue(head);
    this.queue(body);
    this.flush();
  }

  flush(): void {
    this.#isFlushDue = false;
    if (!this.socket.destroyed) this.#out.writeTo(this.socket);
  }

  flushSoon(): void {
    if (this.#isFlushDue || this.#out.bytes === 0) return;
    this.#isFlushDue = true;
    this.#owner.flushSoon(this);
  }

  /** At the end of a turn of the event loop. */
  flushIfDue(): void {
    if (this.#isFlushDue) this.flush();
  }

  whenDrained(): Promise<void> {
    this.#drained ??= Promise.withResolvers();
    return this.#drained.promise;
  }

  answered({ isCut }: { readonly isCut: boolean }): void {
    this.#answer = undefined;
    if (isCut) {
      this.flush();
      this.socket.destroy();
      return;
    }
    if (this.#request?.isComplete === false) this.#request.discard();
    else this.#next();
  }

  /** Closes the connection when what was written is out. */
  leave(): void {
    this.flush();
    this.socket.destroySoon();
  }

  /** What is late by now: a word to a client that never sent anything, an end to the others. `late` answers the first kind. */
  sweep(limits: SweepLimits, late: (socket: Socket) => void): void {
    const age = this.#owner.tick - this.#sinceTick;
    if (this.#request !== undefined) {
      if (this.#request.isComplete) return;
      if (age > limits.body) this.#request.fail('late');
      if (age > limits.request) this.socket.destroy();
    } else if (this.#isFresh) {
      if (age > limits.head) late(this.socket);
    } else if (age > limits.keepAlive) {
      this.socket.destroy();
    }
  }

  /** Stops listening to the socket; somebody else does from here on. */
  release(): void {
    const { socket } = this;
    this.flush();
    socket.off('data', this.#onData).off('end', this.#onEnd).off('close', this.#onClose);
    socket.off('drain', this.#onDrain).off('error', this.#onError);
    this.#resolveDrained();
  }

  #received(bytes: Buffer): void {
    const request = this.#request;
    if (request === undefined) {
      this.#read(bytes);
      return;
    }
    const taken = request.isComplete ? 0 : request.take(bytes, 0);
    if (taken < bytes.length) this.#leaveUnread(bytes.subarray(taken));
    if (this.#answer === undefined && request.isComplete) this.#next();
  }

  #read(bytes: Buffer): void {
    const head = readHead(bytes);
    const route = head === undefined ? undefined : this.#owner.route(head.target);
    if (head === undefined || route === undefined) {
      this.#owner.handOver(this, bytes);
      return;
    }
    const request = new FrontRequest(this.socket, head);
    const answer = new FrontAnswer(this);
    const end = head.end + request.take(bytes, head.end);
    this.#isFresh = false;
    this.#sinceTick = this.#owner.tick;
    this.#unread = end < bytes.length ? bytes.subarray(end) : undefined;
    this.#request = request;
    this.#answer = answer;
    this.#owner.serve(route, request, answer);
  }

  /** Requests are answered in their order, so those that came too early wait. */
  #leaveUnread(bytes: Buffer): void {
    this.#unread = this.#unread === undefined ? bytes : Buffer.concat([this.#unread, bytes]);
    if (this.#unread.length > UNREAD_BYTES) this.socket.pause();
  }

  /** The request and its answer are over. */
  #next(): void {
    this.#request = undefined;
    this.#sinceTick = this.#owner.tick;
    if (this.#owner.isClosing) {
      this.leave();
      return;
    }
    if (this.#unread === undefined) return;
    // Not from within the answer, which may have come from within the request before.
    process.nextTick(() => this.#readOn());
  }

  #readOn(): void {
    const unread = this.#unread;
    if (unread === undefined || this.#request !== undefined || this.socket.destroyed) return;
    this.#unread = undefined;
    this.socket.resume();
    this.#read(unread);
  }

  #ended(): void {
    // As node:http does: who hangs up, were it only on one side, wants no answer.
    this.#request?.fail('gone');
    this.flush();
    this.socket.end();
  }

  #closed(): void {
    this.#owner.forget(this);
    this.#request?.fail('gone');
    this.#answer?.lose();
    this.#answer = undefined;
    this.#resolveDrained();
  }

  #resolveDrained(): void {
    this.#drained?.resolve();
    this.#drained = undefined;
  }
}
