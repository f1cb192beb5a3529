import type { Socket } from 'node:net';

import type { GatewayError } from '@switchyard/canonical';

import type { Call, Exchange } from '../call.js';
import { Deadline } from '../deadline.js';
import { describeConnectTimeout, describeFailure, describeFault } from '../describe-failure.js';
import type { Address } from './address.js';
import type { AnswerHead } from './answer-head.js';
import { AnswerParser, type AnswerSink } from './answer-parser.js';
import { openSocket, type SocketHooks } from './open-socket.js';
import { keepAliveMs } from './keep-alive.js';

/** Up to this size, copying a body behind its head is cheaper than having both written. */
const JOINED_BYTES = 16 * 1024;

const NOTHING: Buffer = Buffer.alloc(0);

export interface ConnectionOwner {
  /** It may carry its first call. */
  onConnected(connection: Connection): void;
  /** Its call is over and it may carry another. */
  onFree(connection: Connection): void;
  /** It is closed; with a failure where that was before it carried a call. */
  onClosed(connection: Connection, failure: GatewayError | undefined): void;
  onSession(session: Buffer): void;
}

export interface ConnectionOptions {
  readonly address: Address;
  readonly connectMs: number;
  readonly session: Buffer | undefined;
  readonly owner: ConnectionOwner;
}

/** A socket to an origin. It carries one call after another. */
export class Connection implements Exchange, SocketHooks, AnswerSink {
  readonly deadline = new Deadline(() => this.#onDeadline());
  readonly #owner: ConnectionOwner;
  readonly #host: string;
  readonly #socket: Socket;
  readonly #parser = new AnswerParser(this);
  #state: 'connecting' | 'idle' | 'busy' | 'closed' = 'connecting';
  #call: Call | undefined;
  #used = false;
  #persistent = false;
  #idleMs = 0;
  #paused = false;
  /** For the last call's head and body in one piece. */
  #joined = NOTHING;

  constructor({ address, connectMs, session, owner }: ConnectionOptions) {
    this.#owner = owner;
    this.#host = address.host;
    this.#socket = openSocket(address, session, this);
    this.deadline.set(connectMs);
  }

  /** Whether a call may be given to it. */
  get idle(): boolean {
    return this.#state === 'idle' && this.#socket.readable && this.#socket.writable;
  }

  /** Sends a call, on a connection that is idle. */
  send(call: Call, head: string): void {
    this.#state = 'busy';
    this.#used = true;
    this.#call = call;
    this.#parser.reset();
    call.onSocket(this);
    this.#write(head, call.request.body);
  }

  /** Starts the time that it is kept without a call; `spareMs` is for one that has not carried any. */
  rest(spareMs: number): void {
    this.deadline.set(this.#idleMs === 0 ? spareMs : this.#idleMs);
  }

  pause(): void {
    if (this.#paused || this.#state === 'closed') return;
    this.#paused = true;
    this.#socket.pause();
  }

  resume(): void {
    if (!this.#paused || this.#state === 'closed') return;
    this.#paused = false;
    this.#socket.resume();
  }

  /** Closes the socket at once. Its call, if it has one, is not told. */
  abort(): void {
    this.#call = undefined;
    this.#close(undefined);
  }

  /** Closes the socket at once and fails its call. */
  destroy(): void {
    this.#close(describeFault(this.#host, 'closing'));
  }

  onConnect(): void {
    if (this.#state !== 'connecting') return;
    this.#state = 'idle';
    this.deadline.clear();
    this.#owner.onConnected(this);
  }

  onSession(session: Buffer): void {
    this.#owner.onSession(session);
  }

  onRead(bytes: Buffer, length: number): void {
    if (this.#state !== 'busy') {
      this.#close(undefined);
      return;
    }
    const wasAll = this.#parser.execute(bytes, length);
    const { fault } = this.#parser;
    if (fault !== undefined) this.#close(describeFault(this.#host, fault));
    else if (this.#parser.complete) this.#complete(wasAll);
  }

  onEnd(): void {
    if (this.#state === 'busy') this.#parser.finish();
    if (this.#parser.complete) this.#complete(false);
    else this.#close(describeFault(this.#host, 'cut'));
  }

  onClose(error: Error | undefined): void {
    this.#close(error === undefined ? describeFault(this.#host, 'cut') : describeFailure(this.#host, error));
  }

  onHead(head: AnswerHead): void {
    this.#idleMs = keepAliveMs(head.keepAliveMs);
    this.#persistent = head.persistent && this.#idleMs > 0;
    this.#call?.onHead(head.status, head.headers);
  }

  onData(chunk: Buffer): void {
    this.#call?.onData(chunk);
  }

  #write(head: string, body: Buffer | undefined): void {
    if (body === undefined) {
      this.#socket.write(head, 'latin1');
      return;
    }
    if (body.length <= JOINED_BYTES) {
      const length = head.length + body.length;
      // Whoever comes next comes when all of this was written (`#complete`), so it may be written over.
      if (this.#joined.length < length) this.#joined = Buffer.allocUnsafeSlow(2 * length);
      this.#joined.write(head, 0, 'latin1');
      this.#joined.set(body, head.length);
      this.#socket.write(this.#joined.subarray(0, length));
      return;
    }
    this.#socket.cork();
    this.#socket.write(head, 'latin1');
    this.#socket.write(body);
    this.#socket.uncork();
  }

  /** An answer that is there before its request was taken, or has bytes behind it, leaves a connection in an unknown state. */
  #complete(wasAll: boolean): void {
    const call = this.#call;
    this.#call = undefined;
    this.deadline.clear();
    if (this.#persistent && wasAll && this.#state === 'busy' && this.#socket.writableLength === 0) {
      this.#state = 'idle';
      this.resume();
      this.#owner.onFree(this);
    } else {
      this.#close(undefined);
    }
    call?.onEnd();
  }

  #close(failure: GatewayError | undefined): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.deadline.close();
    this.#socket.destroy();
    const call = this.#call;
    this.#call = undefined;
    this.#owner.onClosed(this, this.#used ? undefined : failure);
    if (failure !== undefined) call?.onError(failure);
  }

  #onDeadline(): void {
    if (this.#call !== undefined) this.#call.onDeadline();
    else if (this.#state === 'connecting') this.#close(describeConnectTimeout(this.#host));
    else this.#close(undefined);
  }
}
