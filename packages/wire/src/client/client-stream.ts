import { GatewayError, toGatewayError } from '@switchyard/canonical';

import {
  type AttemptEnd,
  type AttemptHead,
  type AttemptOpen,
  type AttemptReply,
  CANCELLED_END,
  failedEnd,
} from '../attempt.js';
import type { AttemptSignal } from '../cancellation.js';
import { ReceiveWindow } from '../connection/receive-window.js';
import { SendWindow } from '../connection/send-window.js';
import { DATA_WINDOW_BYTES } from '../connection/stream-window.js';
import type { WireConnection } from '../connection/wire-connection.js';
import { FrameType, MAX_PAYLOAD_BYTES } from '../frame/frame-type.js';
import { WireProtocolError } from '../frame/protocol-error.js';
import { decodeEnd } from '../payload/end-payload.js';
import { decodeHead } from '../payload/head-payload.js';
import { encodeOpen } from '../payload/open-payload.js';
import { Misunderstood } from '../payload/payload-reader.js';

/** After a cancel, how long the worker may take to say what the attempt cost. */
const CANCEL_GRACE_MS = 1000;

/** An attempt, and who waits for its end. */
export interface AttemptTask {
  readonly open: AttemptOpen;
  readonly body: Buffer;
  readonly reply: AttemptReply;
  readonly signal: AttemptSignal;
  /** The attempt is over. `not-begun`: the worker never saw it, another may take it. */
  onSettled(end: AttemptEnd | 'not-begun'): void;
}

/** Whose streams they are. */
export interface ClientStreamOwner {
  readonly wire: WireConnection;
  forget(streamId: number): void;
}

const NOTHING: Buffer[] = [];

/** One attempt on the gateway's side: sends the body, hands on what the worker replies. */
export class ClientStream {
  readonly #owner: ClientStreamOwner;
  readonly #streamId: number;
  readonly #task: AttemptTask;
  readonly #bodyWindow: SendWindow;
  readonly #dataWindow: ReceiveWindow;
  /** Arrived while the reader was behind; bounded by the window. */
  #waiting: Buffer[] = NOTHING;
  #readerBehind = false;
  /** A stream that is gone on with has had its head. */
  #headSeen: boolean;
  #end: AttemptEnd | undefined;
  #graceTimer: NodeJS.Timeout | undefined;
  #state: 'running' | 'cancelled' | 'settled' = 'running';

  constructor(owner: ClientStreamOwner, streamId: number, task: AttemptTask) {
    this.#owner = owner;
    this.#streamId = streamId;
    this.#task = task;
    this.#headSeen = task.open.resume !== undefined;
    this.#bodyWindow = new SendWindow(owner.wire, FrameType.body, streamId);
    this.#dataWindow = new ReceiveWindow(owner.wire, streamId, DATA_WINDOW_BYTES);
  }

  start(): void {
    const { open, body, signal } = this.#task;
    const payload = encodeOpen(body.length, open);
    if (payload.length > MAX_PAYLOAD_BYTES) {
      const message = `an attempt of ${payload.length} bytes does not fit the wire`;
      this.#settle(failedEnd(new GatewayError('headers_too_large', message).toData()));
      return;
    }
    signal.addEventListener('abort', this);
    this.#owner.wire.send(FrameType.open, this.#streamId, payload);
    if (body.length > 0) void this.#bodyWindow.write(body);
  }

  onHead(payload: Buffer): void {
    if (this.#headSeen || this.#end !== undefined) throw new WireProtocolError('unexpected-frame', 'head came late');
    this.#headSeen = true;
    const head = this.#understood(decodeHead(payload));
    if (head === undefined || this.#state !== 'running') return;
    try {
      this.#task.reply.head(head);
    } catch (error) {
      this.#giveUp(toGatewayError(error));
    }
  }

  onData(chunk: Buffer): void {
    if (!this.#headSeen) throw new WireProtocolError('unexpected-frame', 'data came before head');
    if (this.#end !== undefined) throw new WireProtocolError('unexpected-frame', 'data came after end');
    this.#dataWindow.received(chunk.length);
    if (this.#state !== 'running') return;
    if (!this.#readerBehind) this.#deliver(chunk);
    else if (this.#waiting.length === 0) this.#waiting = [chunk];
    else this.#waiting.push(chunk);
  }

  onEnd(payload: Buffer): void {
    if (this.#end !== undefined) throw new WireProtocolError('unexpected-frame', 'end came twice');
    const end = this.#understood(decodeEnd(payload));
    if (end === undefined) return;
    this.#end = end;
    this.#bodyWindow.close();
    this.#settleIfDelivered();
  }

  onCredit(bytes: number): void {
    this.#bodyWindow.grant(bytes);
  }

  /** The connection is gone. Not a loss if the end is here and only the reader is behind. */
  lost(cause: Error | undefined): void {
    if (this.#end !== undefined) return;
    const why = cause === undefined ? 'closed' : `lost: ${cause.message}`;
    this.#fail(new GatewayError('worker_lost', `the connection to the worker was ${why}`));
  }

  notBegun(): void {
    this.#settle('not-begun');
  }

  #deliver(chunk: Buffer): void {
    const behind = this.#handOver(chunk);
    if (behind === undefined) {
      this.#dataWindow.consumed(chunk.length);
      return;
    }
    this.#readerBehind = true;
    behind.then(
      () => this.#caughtUp(chunk.length),
      // The reader says that it will take no more.
      () => this.handleEvent(),
    );
  }

  #handOver(chunk: Buffer): Promise<void> | undefined {
    try {
      return this.#task.reply.data(chunk);
    } catch (error) {
      this.#giveUp(toGatewayError(error));
      return undefined;
    }
  }

  #caughtUp(bytes: number): void {
    this.#readerBehind = false;
    if (this.#state !== 'running') return;
    this.#dataWindow.consumed(bytes);
    while (!this.#readerBehind && this.#state === 'running') {
      const chunk = this.#waiting.shift();
      if (chunk === undefined) break;
      this.#deliver(chunk);
    }
    this.#settleIfDelivered();
  }

  #settleIfDelivered(): void {
    if (this.#end === undefined) return;
    if (this.#state === 'cancelled') this.#settle(asCancelled(this.#end));
    else if (!this.#readerBehind) this.#settle(this.#end);
  }

  /** The signal: the attempt is cancelled. */
  handleEvent(): void {
    if (this.#state !== 'running') return;
    this.#state = 'cancelled';
    this.#waiting = NOTHING;
    this.#bodyWindow.fail(new GatewayError('client_closed', 'the client cancelled the attempt'));
    if (this.#end !== undefined) {
      this.#settle(asCancelled(this.#end));
      return;
    }
    this.#owner.wire.send(FrameType.cancel, this.#streamId);
    this.#graceTimer = setTimeout(() => this.#settle(CANCELLED_END), CANCEL_GRACE_MS);
  }

  /** Undefined if the worker said something else than its version of the wire has; the attempt has then failed. */
  #understood<T extends AttemptHead | AttemptEnd>(decoded: T | Misunderstood): T | undefined {
    if (!(decoded instanceof Misunderstood)) return decoded;
    this.#giveUp(new GatewayError('worker_lost', `the worker's report is not understood: ${decoded.field}`));
    return undefined;
  }

  #giveUp(error: GatewayError): void {
    this.#owner.wire.send(FrameType.cancel, this.#streamId);
    this.#fail(error);
  }

  #fail(error: GatewayError): void {
    this.#settle(this.#state === 'cancelled' ? CANCELLED_END : failedEnd(error.toData()));
  }

  #settle(end: AttemptEnd | 'not-begun'): void {
    if (this.#state === 'settled') return;
    this.#state = 'settled';
    this.#waiting = NOTHING;
    if (this.#graceTimer !== undefined) clearTimeout(this.#graceTimer);
    this.#task.signal.removeEventListener('abort', this);
    this.#bodyWindow.close();
    this.#owner.forget(this.#streamId);
    this.#task.onSettled(end);
  }
}

/** What the worker reported of an attempt that was cancelled here, perhaps after it had ended there. */
function asCancelled(end: AttemptEnd): AttemptEnd {
  return { ...end, outcome: 'cancelled', error: undefined };
}
