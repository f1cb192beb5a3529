import { GatewayError, toGatewayError } from '@switchyard/canonical';
import type { z } from 'zod';

import { type AttemptEnd, type AttemptReply, CANCELLED_END, failedEnd } from '../attempt.js';
import { ReceiveWindow } from '../connection/receive-window.js';
import { SendWindow } from '../connection/send-window.js';
import type { WireConnection } from '../connection/wire-connection.js';
import { FrameType } from '../frame/frame-type.js';
import { WireProtocolError } from '../frame/protocol-error.js';
import { isPlainEnd, isPlainHead } from '../plain-payload.js';
import { describeIssues, endSchema, headSchema, parseJson } from '../schema.js';

/** After a cancel, how long the worker may take to say what the attempt cost. */
const CANCEL_GRACE_MS = 1000;

export interface ClientStreamOptions {
  readonly connection: WireConnection;
  readonly streamId: number;
  readonly openPayload: Buffer;
  /** The attempt goes on with a stream that another one began: its data comes without a head. */
  readonly isResumed: boolean;
  readonly body: Buffer;
  readonly reply: AttemptReply;
  readonly signal: AbortSignal;
  /** The stream is over. `not-begun`: the worker never saw it, another may take it. */
  readonly onSettled: (end: AttemptEnd | 'not-begun') => void;
}

/** What a payload must be, and how nearly all of them are known to be it. */
interface Expected<T> {
  readonly schema: z.ZodType<T>;
  isPlain(value: unknown): value is T;
}

/** One attempt on the gateway's side: sends the body, hands on what the worker replies. */
export class ClientStream {
  readonly #options: ClientStreamOptions;
  readonly #bodyWindow: SendWindow;
  readonly #dataWindow: ReceiveWindow;
  /** Arrived while the reader was behind; bounded by the window. */
  #waiting: Buffer[] = [];
  #readerBehind = false;
  /** A stream that is gone on with has had its head. */
  #headSeen: boolean;
  #end: AttemptEnd | undefined;
  #graceTimer: NodeJS.Timeout | undefined;
  #state: 'running' | 'cancelled' | 'settled' = 'running';

  constructor(options: ClientStreamOptions) {
    this.#options = options;
    this.#headSeen = options.isResumed;
    this.#bodyWindow = new SendWindow(options.connection, FrameType.body, options.streamId);
    this.#dataWindow = new ReceiveWindow(options.connection, options.streamId);
  }

  start(): void {
    const { connection, streamId, openPayload, body, signal } = this.#options;
    signal.addEventListener('abort', this.#cancel, { once: true });
    connection.send(FrameType.open, streamId, openPayload);
    if (body.length > 0) void this.#bodyWindow.write(body);
  }

  onHead(payload: Buffer): void {
    if (this.#headSeen || this.#end !== undefined) throw new WireProtocolError('unexpected-frame', 'head came late');
    this.#headSeen = true;
    const head = this.#parse(payload, { isPlain: isPlainHead, schema: headSchema });
    if (head === undefined || this.#state !== 'running') return;
    try {
      this.#options.reply.head(head);
    } catch (error) {
      this.#giveUp(toGatewayError(error));
    }
  }

  onData(chunk: Buffer): void {
    if (!this.#headSeen) throw new WireProtocolError('unexpected-frame', 'data came before head');
    if (this.#end !== undefined) throw new WireProtocolError('unexpected-frame', 'data came after end');
    this.#dataWindow.received(chunk.length);
    if (this.#state !== 'running') return;
    if (this.#readerBehind) this.#waiting.push(chunk);
    else this.#deliver(chunk);
  }

  onEnd(payload: Buffer): void {
    if (this.#end !== undefined) throw new WireProtocolError('unexpected-frame', 'end came twice');
    const end = this.#parse(payload, { isPlain: isPlainEnd, schema: endSchema });
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
      () => this.#cancel(),
    );
  }

  #handOver(chunk: Buffer): Promise<void> | undefined {
    try {
      return this.#options.reply.data(chunk);
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

  readonly #cancel = (): void => {
    if (this.#state !== 'running') return;
    this.#state = 'cancelled';
    this.#waiting = [];
    this.#bodyWindow.fail(new GatewayError('client_closed', 'the client cancelled the attempt'));
    if (this.#end !== undefined) {
      this.#settle(asCancelled(this.#end));
      return;
    }
    this.#options.connection.send(FrameType.cancel, this.#options.streamId);
    this.#graceTimer = setTimeout(() => this.#settle(CANCELLED_END), CANCEL_GRACE_MS);
  };

  /** Undefined if the worker said something else than its version of the wire has; the attempt has then failed. */
  #parse<T>(payload: Buffer, { isPlain, schema }: Expected<T>): T | undefined {
    const value = parseJson(payload);
    if (isPlain(value)) return value;
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    this.#giveUp(
      new GatewayError('worker_lost', `the worker's report is not understood: ${describeIssues(parsed.error)}`),
    );
    return undefined;
  }

  #giveUp(error: GatewayError): void {
    this.#options.connection.send(FrameType.cancel, this.#options.streamId);
    this.#fail(error);
  }

  #fail(error: GatewayError): void {
    this.#settle(this.#state === 'cancelled' ? CANCELLED_END : failedEnd(error.toData()));
  }

  #settle(end: AttemptEnd | 'not-begun'): void {
    if (this.#state === 'settled') return;
    this.#state = 'settled';
    this.#waiting = [];
    clearTimeout(this.#graceTimer);
    this.#options.signal.removeEventListener('abort', this.#cancel);
    this.#bodyWindow.close();
    this.#options.onSettled(end);
  }
}

/** What the worker reported of an attempt that was cancelled here, perhaps after it had ended there. */
function asCancelled(end: AttemptEnd): AttemptEnd {
  return { ...end, outcome: 'cancelled', error: undefined };
}
