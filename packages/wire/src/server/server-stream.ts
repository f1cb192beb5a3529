import { GatewayError } from '@switchyard/canonical';

import {
  type AttemptEnd,
  type AttemptHandler,
  type AttemptHead,
  type AttemptOpen,
  type AttemptReply,
  CANCELLED_END,
  failedEnd,
} from '../attempt.js';
import { ReceiveWindow } from '../connection/receive-window.js';
import { SendWindow } from '../connection/send-window.js';
import type { WireConnection } from '../connection/wire-connection.js';
import { FrameType, MAX_JSON_BYTES } from '../frame/frame-type.js';
import { WireProtocolError } from '../frame/protocol-error.js';
import { encodePayload } from '../schema.js';
import { encodeEnd } from './encode-end.js';

export interface ServerStreamOptions {
  readonly connection: WireConnection;
  readonly streamId: number;
  readonly open: AttemptOpen;
  readonly bodyBytes: number;
  readonly handler: AttemptHandler;
  /** The body is whole, or never will be: the connection no longer counts it. */
  readonly onBodyDone: (bodyBytes: number) => void;
  /** `end` was sent. */
  readonly onEnded: (streamId: number) => void;
}

/** One attempt on the worker's side: collects the body, runs the handler, sends what it replies. */
export class ServerStream implements AttemptReply {
  readonly #options: ServerStreamOptions;
  readonly #body: Buffer;
  #bodyBytes = 0;
  readonly #bodyWindow: ReceiveWindow;
  readonly #dataWindow: SendWindow;
  readonly #abort = new AbortController();
  #state: 'receiving' | 'running' | 'over' = 'receiving';
  /** A stream that is gone on with has had its head. */
  #headSent: boolean;

  constructor(options: ServerStreamOptions) {
    this.#options = options;
    this.#headSent = options.open.resume !== undefined;
    this.#body = Buffer.allocUnsafe(options.bodyBytes);
    this.#bodyWindow = new ReceiveWindow(options.connection, options.streamId);
    this.#dataWindow = new SendWindow(options.connection, FrameType.data, options.streamId);
  }

  /** Runs the handler at once where there is no body to wait for. */
  start(): void {
    if (this.#body.length === 0) this.#run();
  }

  onBody(piece: Buffer): void {
    if (this.#bodyBytes + piece.length > this.#body.length) {
      throw new WireProtocolError('body-overflow', 'the peer sent more body than it announced');
    }
    this.#bodyWindow.received(piece.length);
    this.#bodyBytes += piece.copy(this.#body, this.#bodyBytes);
    if (this.#bodyBytes === this.#body.length) {
      this.#run();
      return;
    }
    this.#bodyWindow.consumed(piece.length);
  }

  onCredit(bytes: number): void {
    this.#dataWindow.grant(bytes);
  }

  /** The client cancelled, or is gone. */
  abort(reason: GatewayError): void {
    if (this.#state === 'receiving') {
      this.#options.onBodyDone(this.#body.length);
      this.#end(CANCELLED_END);
      return;
    }
    this.#abort.abort(reason);
    // If the handler has returned and only its last chunks waited, this ends the stream.
    this.#dataWindow.fail(reason);
  }

  head(head: AttemptHead): void {
    if (this.#state === 'over' || this.#abort.signal.aborted) return;
    if (this.#headSent) throw new Error('head was sent twice');
    const payload = encodePayload(head);
    if (payload.length > MAX_JSON_BYTES)
      throw new GatewayError('upstream_malformed', 'the answer has too many headers');
    this.#headSent = true;
    this.#options.connection.send(FrameType.head, this.#options.streamId, payload);
  }

  data(chunk: Buffer): Promise<void> | undefined {
    if (!this.#headSent && !this.#abort.signal.aborted) throw new Error('data was written before the head');
    return this.#dataWindow.write(chunk);
  }

  #run(): void {
    this.#state = 'running';
    this.#options.onBodyDone(this.#body.length);
    const { connection, handler, open } = this.#options;
    handler(open, this.#body, this, this.#abort.signal)
      // A handler that returned without waiting still has chunks here; they go before the end.
      .then((end) => this.#dataWindow.whenFlushed(() => this.#end(end)))
      .catch((error: unknown) => connection.fail(new Error('an attempt could not be ended', { cause: error })));
  }

  #end(end: AttemptEnd): void {
    this.#state = 'over';
    this.#options.connection.send(FrameType.end, this.#options.streamId, encodeEnd(end));
    this.#dataWindow.close();
    this.#options.onEnded(this.#options.streamId);
  }
}

/** What the server answers to an attempt it does not begin. */
export function refusedEnd(code: 'no_worker' | 'request_too_large', message: string): AttemptEnd {
  return failedEnd(new GatewayError(code, message).toData());
}
