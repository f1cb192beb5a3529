import { assertNever } from '@switchyard/canonical';

import { StreamTable } from '../connection/stream-table.js';
import {
  type ConnectionOwner,
  type ConnectionTimings,
  WireConnection,
  type WireSocket,
} from '../connection/wire-connection.js';
import { FrameType } from '../frame/frame-type.js';
import { WireProtocolError } from '../frame/protocol-error.js';
import { encodeJson, goawaySchema, parseJsonAs, serverHelloSchema, WIRE_VERSION } from '../schema.js';
import { type AttemptTask, ClientStream, type ClientStreamOwner } from './client-stream.js';

export interface ClientConnectionOptions {
  readonly socket: WireSocket;
  readonly token: string;
  readonly timings: ConnectionTimings;
  /** The id after which a new connection is needed. */
  readonly maxStreamId: number;
  /** The worker said hello. */
  readonly onReady: () => void;
  /** The connection takes no more streams; it closes when the running ones have ended. */
  readonly onRetired: (connection: ClientConnection) => void;
  readonly onClosed: (connection: ClientConnection, reason: Error | undefined) => void;
}

/** A worker's connection, seen from the gateway. */
export class ClientConnection implements ConnectionOwner, ClientStreamOwner {
  readonly #options: ClientConnectionOptions;
  readonly wire: WireConnection;
  readonly #streams = new StreamTable<ClientStream>();
  #providers: ReadonlySet<string> = new Set();
  #retired = false;
  #lastStreamId = 0;
  #refusal: Error | undefined;

  constructor(options: ClientConnectionOptions) {
    this.#options = options;
    this.wire = new WireConnection(options.socket, this, options.timings);
    this.wire.send(FrameType.hello, 0, encodeJson({ version: WIRE_VERSION, token: options.token }));
  }

  get openStreams(): number {
    return this.#streams.size;
  }

  /** Whether an attempt at this provider may be started here. */
  hosts(provider: string): boolean {
    return this.#providers.has(provider);
  }

  /** Starts an attempt. False if this connection takes no more. */
  attempt(task: AttemptTask): boolean {
    if (this.#retired || !this.wire.open) return false;
    this.#lastStreamId += 1;
    const streamId = this.#lastStreamId;
    const stream = new ClientStream(this, streamId, task);
    this.#streams.add(streamId, stream);
    stream.start();
    if (streamId >= this.#options.maxStreamId) this.retire();
    return true;
  }

  /** Starts no more streams here. */
  retire(): void {
    if (this.#retired) return;
    this.#retired = true;
    this.#options.onRetired(this);
    if (this.#streams.size === 0) this.wire.finish();
  }

  close(): void {
    this.wire.fail();
  }

  onFrame(type: FrameType, streamId: number, payload: Buffer): void {
    switch (type) {
      case FrameType.hello:
        return this.#onHello(payload);
      case FrameType.head:
        return this.#stream(streamId)?.onHead(payload);
      case FrameType.data:
        return this.#stream(streamId)?.onData(payload);
      case FrameType.end:
        return this.#stream(streamId)?.onEnd(payload);
      case FrameType.credit:
        return this.#stream(streamId)?.onCredit(payload.readUInt32BE());
      case FrameType.goaway:
        return this.#onGoaway(payload);
      case FrameType.open:
      case FrameType.body:
      case FrameType.cancel:
      case FrameType.ping:
      case FrameType.pong:
        throw new WireProtocolError('unexpected-frame', `a worker does not send frames of type ${type}`);
      default:
        return assertNever(type);
    }
  }

  onClosed(reason: Error | undefined): void {
    const cause = this.#refusal ?? reason;
    for (const [, stream] of this.#streams.entries()) stream.lost(cause);
    this.#options.onClosed(this, cause);
  }

  #onHello(payload: Buffer): void {
    const hello = parseJsonAs(serverHelloSchema, payload);
    if (hello.version !== WIRE_VERSION) {
      throw new WireProtocolError('bad-payload', `the worker speaks version ${hello.version} of the wire`);
    }
    this.#providers = new Set(hello.providers);
    this.#options.onReady();
  }

  #onGoaway(payload: Buffer): void {
    const goaway = parseJsonAs(goawaySchema, payload);
    if (goaway.reason !== 'draining') {
      this.#refusal = new Error(`the worker refused the connection: ${goaway.message}`);
      this.wire.fail();
      return;
    }
    const notBegun = this.#streams.entries().filter(([streamId]) => streamId > goaway.lastStreamId);
    // First, so that they do not come back here.
    this.retire();
    for (const [, stream] of notBegun) stream.notBegun();
  }

  /** A stream is over. */
  forget(streamId: number): void {
    this.#streams.delete(streamId);
    if (this.#retired && this.#streams.size === 0) this.wire.finish();
  }

  /** Undefined for a stream that was given up: the worker may not know yet. */
  #stream(streamId: number): ClientStream | undefined {
    if (streamId > this.#lastStreamId) {
      throw new WireProtocolError('bad-stream-id', `stream ${streamId} was never opened`);
    }
    return this.#streams.get(streamId);
  }
}
