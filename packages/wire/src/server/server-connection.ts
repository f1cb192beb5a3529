import { assertNever, GatewayError } from '@switchyard/canonical';

import type { AttemptEnd, AttemptHandler } from '../attempt.js';
import { StreamTable } from '../connection/stream-table.js';
import {
  type ConnectionOwner,
  type ConnectionTimings,
  WireConnection,
  type WireSocket,
} from '../connection/wire-connection.js';
import { FrameType } from '../frame/frame-type.js';
import { WireProtocolError } from '../frame/protocol-error.js';
import { encodeEnd } from '../payload/end-payload.js';
import { decodeOpen, type OpenPayload } from '../payload/open-payload.js';
import { Misunderstood } from '../payload/payload-reader.js';
import { clientHelloSchema, encodeJson, goawaySchema, parseJsonAs, WIRE_VERSION } from '../schema.js';
import { tokensMatch } from '../token.js';
import { refusedEnd, ServerStream, type ServerStreamOwner } from './server-stream.js';

/** What one connection may make a worker hold. */
export interface WireServerLimits {
  /** The longest body of one attempt. */
  readonly maxBodyBytes: number;
  /** All bodies still being received, together: their buffers are allocated when they are announced. */
  readonly maxBufferedBodyBytes: number;
  readonly maxStreams: number;
}

export interface ServerConnectionOptions {
  readonly socket: WireSocket;
  readonly token: string;
  readonly providers: readonly string[];
  readonly handler: AttemptHandler;
  readonly limits: WireServerLimits;
  readonly timings: ConnectionTimings;
  readonly onClosed: (connection: ServerConnection, reason: Error | undefined) => void;
}

/** A gateway's connection, seen from the worker. */
export class ServerConnection implements ConnectionOwner, ServerStreamOwner {
  readonly #options: ServerConnectionOptions;
  readonly wire: WireConnection;
  readonly #streams = new StreamTable<ServerStream>();
  #greeted = false;
  #draining = false;
  #lastStreamId = 0;
  #bufferedBodyBytes = 0;

  constructor(options: ServerConnectionOptions) {
    this.#options = options;
    this.wire = new WireConnection(options.socket, this, options.timings);
  }

  get openStreams(): number {
    return this.#streams.size;
  }

  get handler(): AttemptHandler {
    return this.#options.handler;
  }

  /** Takes no more streams; closes when the running ones have ended. */
  drain(): void {
    if (!this.#greeted) {
      this.wire.fail();
      return;
    }
    if (this.#draining) return;
    this.#draining = true;
    const goaway = { reason: 'draining', message: 'the worker is stopping', lastStreamId: this.#lastStreamId } as const;
    this.wire.send(FrameType.goaway, 0, encodeJson(goaway));
    if (this.#streams.size === 0) this.wire.finish();
  }

  close(): void {
    this.wire.fail();
  }

  onFrame(type: FrameType, streamId: number, payload: Buffer): void {
    switch (type) {
      case FrameType.hello:
        return this.#onHello(payload);
      case FrameType.open:
        return this.#onOpen(streamId, payload);
      case FrameType.body:
        return this.#stream(streamId)?.onBody(payload);
      case FrameType.cancel:
        return this.#stream(streamId)?.abort(new GatewayError('client_closed', 'the client cancelled the attempt'));
      case FrameType.credit:
        return this.#stream(streamId)?.onCredit(payload.readUInt32BE());
      case FrameType.goaway:
        return this.wire.fail(new Error(`the gateway gave up: ${parseJsonAs(goawaySchema, payload).message}`));
      case FrameType.head:
      case FrameType.data:
      case FrameType.end:
      case FrameType.ping:
      case FrameType.pong:
        throw new WireProtocolError('unexpected-frame', `a client does not send frames of type ${type}`);
      default:
        return assertNever(type);
    }
  }

  onClosed(reason: Error | undefined): void {
    const gone = new GatewayError('client_closed', 'the gateway that asked for the attempt is gone');
    for (const [, stream] of this.#streams.entries()) stream.abort(gone);
    this.#options.onClosed(this, reason);
  }

  #onHello(payload: Buffer): void {
    const hello = parseJsonAs(clientHelloSchema, payload);
    // The token first: a stranger learns nothing, not even the version.
    if (!tokensMatch(hello.token, this.#options.token)) {
      const message = 'the wire token is wrong';
      this.wire.refuse({ reason: 'unauthorized', message, lastStreamId: 0 }, new Error(message));
      return;
    }
    if (hello.version !== WIRE_VERSION) {
      const message = `the worker speaks version ${WIRE_VERSION} of the wire, the gateway ${hello.version}`;
      this.wire.refuse({ reason: 'unsupported-version', message, lastStreamId: 0 }, new Error(message));
      return;
    }
    this.#greeted = true;
    this.wire.send(FrameType.hello, 0, encodeJson({ version: WIRE_VERSION, providers: [...this.#options.providers] }));
  }

  #onOpen(streamId: number, payload: Buffer): void {
    // Sent before our goaway arrived; the client knows from lastStreamId that it was not begun.
    if (this.#draining) return;
    if (streamId <= this.#lastStreamId) throw new WireProtocolError('bad-stream-id', 'stream ids must rise');
    this.#lastStreamId = streamId;
    const open = decodeOpen(payload);
    if (open instanceof Misunderstood) {
      const message = `this worker does not understand the attempt: ${open.field}`;
      return this.#sendEnd(streamId, refusedEnd('no_worker', message));
    }
    const refusal = this.#refusal(open.bodyBytes);
    if (refusal !== undefined) return this.#sendEnd(streamId, refusal);
    this.#begin(streamId, open);
  }

  #begin(streamId: number, open: OpenPayload): void {
    this.#bufferedBodyBytes += open.bodyBytes;
    const stream = new ServerStream(this, streamId, open);
    this.#streams.add(streamId, stream);
    stream.start();
  }

  #refusal(bodyBytes: number): AttemptEnd | undefined {
    const { maxBodyBytes, maxBufferedBodyBytes, maxStreams } = this.#options.limits;
    if (bodyBytes > maxBodyBytes) {
      return refusedEnd('request_too_large', `the request body has ${bodyBytes} bytes; a worker takes ${maxBodyBytes}`);
    }
    if (this.#bufferedBodyBytes + bodyBytes > maxBufferedBodyBytes) {
      return refusedEnd('no_worker', 'the worker is receiving too many large request bodies at once');
    }
    if (this.#streams.size >= maxStreams) {
      return refusedEnd('no_worker', `the worker has ${maxStreams} attempts of this gateway running already`);
    }
    return undefined;
  }

  #sendEnd(streamId: number, end: AttemptEnd): void {
    this.wire.send(FrameType.end, streamId, encodeEnd(end));
  }

  /** Undefined for a stream that has ended: the peer may not know yet. */
  #stream(streamId: number): ServerStream | undefined {
    if (streamId > this.#lastStreamId && !this.#draining) {
      throw new WireProtocolError('bad-stream-id', `stream ${streamId} was never opened`);
    }
    return this.#streams.get(streamId);
  }

  bodyDone(bodyBytes: number): void {
    this.#bufferedBodyBytes -= bodyBytes;
  }

  ended(streamId: number): void {
    this.#streams.delete(streamId);
    if (this.#draining && this.#streams.size === 0) this.wire.finish();
  }
}
