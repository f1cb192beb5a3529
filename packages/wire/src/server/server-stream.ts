import { GatewayError, toGatewayError } from '@switchyard/canonical';

import {
  type AttemptEnd,
  type AttemptHandler,
  type AttemptHead,
  type AttemptOpen,
  type AttemptReply,
  CANCELLED_END,
  failedEnd,
} from '../attempt.js';
import { Cancellation } from '../cancellation.js';
import { ReceiveWindow } from '../connection/receive-window.js';
import { SendWindow } from '../connection/send-window.js';
import { BODY_WINDOW_BYTES } from '../connection/stream-window.js';
import type { WireConnection } from '../connection/wire-connection.js';
import { FrameType, MAX_PAYLOAD_BYTES } from '../frame/frame-type.js';
import { WireProtocolError } from '../frame/protocol-error.js';
import { encodeEnd } from '../payload/end-payload.js';
import { encodeHead } from '../payload/head-payload.js';
import type { OpenPayload } from '../payload/open-payload.js';

/** Whose streams they are. */
export interface ServerStreamOwner {
  readonly wire: WireConnection;
  readonly handler: AttemptHandler;
  /** A body is whole, or never will be: the connection no longer counts it. */
  bodyDone(bodyBytes: number): void;
  /** `end` was sent. */
  ended(streamId: number): void;
}

/** One attempt on the worker's side: collects the body, runs the handler, sends what it replies. */
export class ServerStream implements AttemptReply {
  readonly #owner: ServerStreamOwner;
  readonly #streamId: number;
  readonly #open: AttemptOpen;
  readonly #body: Buffer;
  #bodyBytes = 0;
  readonly #bodyWindow: ReceiveWindow;
  readonly #dataWindow: SendWindow;
  readonly #cancellation = new Cancellation();
  #state: 'receiving' | 'running' | 'over' = 'receiving';
  /** A stream that is gone on with has had its head. */
  #headSent: boolean;

  constructor(owner: ServerStreamOwner, streamId: number, { attempt, bodyBytes }: OpenPayload) {
    this.#owner = owner;
    this.#streamId = streamId;
    this.#open = attempt;
    this.#headSent = attempt.resume !== undefined;
    this.#body = Buffer.allocUnsafe(bodyBytes);
    this.#bodyWindow = new ReceiveWindow(owner.wire, streamId, BODY_WINDOW_BYTES);
    this.#dataWindow = new SendWindow(owner.wire, FrameType.data, streamId);
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
      this.#owner.bodyDone(this.#body.length);
      this.#end(CANCELLED_END);
      return;
    }
    this.#cancellation.abort(reason);
    // If the handler has returned and only its last chunks waited, this ends the stream.
    this.#dataWindow.fail(reason);
  }

  head(head: AttemptHead): void {
    if (this.#state === 'over' || this.#cancellation.aborted) return;
    if (this.#headSent) throw new Error('head was sent twice');
    const payload = encodeHead(head);
    if (payload.length > MAX_PAYLOAD_BYTES)
      throw new GatewayError('upstream_malformed', 'the answer has too many headers');
    this.#headSent = true;
    this.#owner.wire.send(FrameType.head, this.#streamId, payload);
  }

  data(chunk: Buffer): Promise<void> | undefined {
    if (!this.#headSent && !this.#cancellation.aborted) throw new Error('data was written before the head');
    return this.#dataWindow.write(chunk);
  }

  #run(): void {
    this.#state = 'running';
    this.#owner.bodyDone(this.#body.length);
    try {
      this.#owner.handler(this.#open, this.#body, this, this.#cancellation).then(this.#returned, this.#threw);
    } catch (error) {
      this.#threw(error);
    }
  }

  /** A handler that returned without waiting still has chunks here; they go before the end. */
  readonly #returned = (end: AttemptEnd): void => {
    try {
      this.#dataWindow.whenFlushed(() => this.#end(end));
    } catch (error) {
      this.#owner.wire.fail(new Error('an attempt could not be ended', { cause: error }));
    }
  };

  /** Handlers promise never to reject; one that does has ended as `internal`. */
  readonly #threw = (error: unknown): void => this.#returned(failedEnd(toGatewayError(error).toData()));

  #end(end: AttemptEnd): void {
    this.#state = 'over';
    this.#owner.wire.send(FrameType.end, this.#streamId, encodeEnd(end));
    this.#dataWindow.close();
    this.#owner.ended(this.#streamId);
  }
}

/** What the server answers to an attempt it does not begin. */
export function refusedEnd(code: 'no_worker' | 'request_too_large', message: string): AttemptEnd {
  return failedEnd(new GatewayError(code, message).toData());
}
