import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

import { GatewayError, toGatewayError } from '@switchyard/canonical';
import { checkJsonObject, dialectById, type JsonObject } from '@switchyard/dialects';
import { Cancellation } from '@switchyard/wire';
import type { RawData, WebSocket } from 'ws';

import { clientGone } from '../accept/request-context.js';
import { requestIdOf } from '../accept/request-id.js';
import type { Surface } from '../accept/surfaces.js';
import type { Pipeline } from '../pipeline.js';
import { requestOf, type LastTurn, type TurnRequest } from './conversation.js';
import { sendError, SocketAnswer } from './socket-answer.js';

export interface SessionOptions {
  readonly socket: WebSocket;
  /** The request that opened the socket. */
  readonly request: IncomingMessage;
  readonly surface: Surface;
  readonly pipeline: Pipeline;
  readonly maxDepth: number;
}

// RFC 6455, section 7.4.1.
const GOING_AWAY = 1001;
const NOT_TEXT = 1003;
const BROKEN = 1011;

/** Frames that may wait for their turn: each can be as large as a request. */
const MOST_WAITING = 4;

/** One client's WebSocket: a conversation, turn by turn. */
export class ResponsesSession {
  private last: LastTurn | undefined;
  /** Frames that came during a turn: a client may send the next as soon as it has read the last event of the one before. */
  private readonly waiting: JsonObject[] = [];
  private isWorking = false;
  private running: Cancellation | undefined;
  private isLeaving = false;
  private wasHeard = true;

  constructor(private readonly options: SessionOptions) {
    const { socket } = options;
    socket.on('message', (data, isBinary) => this.onMessage(data, isBinary));
    socket.on('pong', () => (this.wasHeard = true));
    socket.on('close', () => this.onClose());
    // What breaks a socket also closes it.
    socket.on('error', () => {});
  }

  /** Closes the socket after the turn under way. */
  leave(): void {
    this.isLeaving = true;
    if (!this.isWorking) this.options.socket.close(GOING_AWAY, 'the gateway is shutting down');
  }

  /** Asks whether the client is still there, and gives it up when it has not answered the last time. */
  ping(): void {
    if (!this.wasHeard) {
      this.options.socket.terminate();
      return;
    }
    this.wasHeard = false;
    this.options.socket.ping();
  }

  private onClose(): void {
    this.waiting.length = 0;
    this.running?.abort(clientGone());
  }

  private onMessage(data: RawData, isBinary: boolean): void {
    const { socket, maxDepth } = this.options;
    this.wasHeard = true;
    if (isBinary) {
      socket.close(NOT_TEXT, 'frames are JSON texts');
      return;
    }
    try {
      this.accept(parseFrame(data, maxDepth));
    } catch (thrown) {
      this.refuse(thrown);
    }
  }

  private accept(frame: JsonObject): void {
    if (this.waiting.length >= MOST_WAITING) {
      throw new GatewayError('invalid_request', 'too many frames wait for their turn on this connection: read first');
    }
    this.waiting.push(frame);
    if (!this.isWorking) void this.work();
  }

  private async work(): Promise<void> {
    this.isWorking = true;
    for (let frame = this.waiting.shift(); frame !== undefined; frame = this.waiting.shift()) {
      try {
        await this.serve(frame);
      } catch (thrown) {
        this.refuse(thrown);
      }
      if (this.isLeaving) break;
    }
    this.isWorking = false;
    if (this.isLeaving) this.leave();
  }

  private async serve(frame: JsonObject): Promise<void> {
    const request = requestOf(frame, this.last);
    const answer = frame['generate'] === false ? this.prewarm(request) : await this.ask(request);
    if (answer?.finished !== undefined) this.last = { ...answer.finished, request };
  }

  private async ask(turn: TurnRequest): Promise<SocketAnswer | undefined> {
    const { socket, pipeline, surface, request } = this.options;
    const ended = new Cancellation();
    let answer: SocketAnswer | undefined;
    this.running = ended;
    await pipeline.serveTurn({
      surface,
      request,
      body: Buffer.from(JSON.stringify(turn)),
      ended,
      createAnswer: ({ requestId }) => (answer = new SocketAnswer(socket, requestId)),
    });
    this.running = undefined;
    return answer;
  }

  /** Tells of a frame that is no turn. What nobody expected ends the connection: its state may be wrong. */
  private refuse(thrown: unknown): void {
    const { socket } = this.options;
    const error = toGatewayError(thrown);
    sendError(socket, { error: error.toData(), requestId: requestIdOf(undefined) });
    if (error.code !== 'internal') return;
    this.waiting.length = 0;
    socket.close(BROKEN, 'the gateway failed');
  }

  /** `generate: false` only tells what the conversation begins with; no provider has anything to do for it. */
  private prewarm(request: TurnRequest): SocketAnswer {
    const { model } = request;
    if (typeof model !== 'string')
      throw new GatewayError('invalid_request', '`model` must be a string', { param: 'model' });
    const id = `resp_prewarm_${randomUUID().replaceAll('-', '')}`;
    const encoder = dialectById('openai-responses').createStreamEncoder({
      model,
      includeUsage: false,
      nowSeconds: Math.floor(Date.now() / 1000),
    });
    const usage = { inputUncached: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 0 };
    const events = [
      encoder.next({ type: 'start', id, model }),
      encoder.next({ type: 'finish', choice: 0, finish: { reason: 'stop' } }),
      encoder.next({ type: 'usage', usage }),
      encoder.next({ type: 'end' }),
    ];
    const answer = new SocketAnswer(this.options.socket, id);
    const reply = answer.createReply();
    void reply.data(Buffer.from(events.join('')));
    return answer;
  }
}

/** @throws GatewayError `invalid_json` or `invalid_request`. */
function parseFrame(data: RawData, maxDepth: number): JsonObject {
  const bytes = Buffer.isBuffer(data) ? data : Buffer.concat(Array.isArray(data) ? data : [new Uint8Array(data)]);
  checkJsonObject(bytes, { maxDepth });
  return JSON.parse(bytes.toString('utf8'));
}
