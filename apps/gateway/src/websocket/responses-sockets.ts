import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

import { GatewayError, toGatewayError } from '@switchyard/canonical';
import { dialectById } from '@switchyard/dialects';
import { WebSocketServer } from 'ws';

import { answerSocket } from '../accept/answer-socket.js';
import { requestIdOf } from '../accept/request-id.js';
import { dialectOfPath, SURFACES } from '../accept/surfaces.js';
import type { Pipeline } from '../pipeline.js';
import { ResponsesSession } from './responses-session.js';
import { SocketCount, type SocketLimits } from './socket-count.js';

export interface SocketsOptions {
  readonly pipeline: Pipeline;
  /** Largest frame; a larger one closes its socket with 1009. */
  readonly maxBytes: number;
  readonly maxDepth: number;
  /** How often a client is asked whether it is still there. */
  readonly pingMs: number;
  readonly limits: SocketLimits;
}

const SURFACE = SURFACES.find(({ path }) => path === '/v1/responses');
/** How long a client may take to close its side of a socket. */
const CLOSING_MS = 1_000;

/** The WebSockets of `GET /v1/responses`: their upgrade, their keep-alive and their end. */
export class ResponsesSockets {
  private readonly server: WebSocketServer;
  private readonly sessions = new Set<ResponsesSession>();
  private readonly timer: NodeJS.Timeout;
  private readonly count: SocketCount;
  private leaving = false;

  constructor(private readonly options: SocketsOptions) {
    // Compressing single events costs more than it saves, and an attacker could make it cost memory too.
    this.server = new WebSocketServer({ noServer: true, maxPayload: options.maxBytes, perMessageDeflate: false });
    this.count = new SocketCount(options.limits);
    this.timer = setInterval(() => this.ping(), options.pingMs);
    this.timer.unref();
  }

  /** Takes over a connection whose client asks for a WebSocket, or refuses it as HTTP would. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const path = request.url?.split('?')[0] ?? '';
    socket.on('error', () => socket.destroy());
    try {
      const { surface, keyId } = this.admit(request, path);
      this.server.handleUpgrade(request, socket, head, (webSocket) => {
        const { pipeline, maxDepth } = this.options;
        const session = new ResponsesSession({ socket: webSocket, request, surface, pipeline, maxDepth });
        this.sessions.add(session);
        this.count.opened(keyId);
        webSocket.once('close', () => {
          this.sessions.delete(session);
          this.count.closed(keyId);
        });
        if (this.leaving) session.leave();
      });
    } catch (thrown) {
      const error = toGatewayError(thrown).toData();
      answerSocket(socket, dialectById(dialectOfPath(path)).encodeError(error, requestIdOf(undefined)));
    }
  }

  /** No more sockets; each that is open closes after the turn under way. */
  leave(): void {
    this.leaving = true;
    for (const session of this.sessions) session.leave();
  }

  /** Cuts what does not close by itself within this time, or a second. */
  async close(withinMs: number): Promise<void> {
    clearInterval(this.timer);
    const deadline = performance.now() + Math.min(withinMs, CLOSING_MS);
    while (this.sessions.size > 0 && performance.now() < deadline) await sleep(Math.min(10, withinMs));
    for (const webSocket of this.server.clients) webSocket.terminate();
    this.server.close();
  }

  private admit(request: IncomingMessage, path: string) {
    if (SURFACE === undefined || path !== SURFACE.path) {
      throw new GatewayError('route_not_found', `no WebSocket is served at ${path}: there is one at /v1/responses`);
    }
    if (this.leaving) throw new GatewayError('not_ready', 'the gateway is shutting down: connect again');
    const { key } = this.options.pipeline.callerOf(request, SURFACE.dialect);
    this.count.check(key.id);
    return { surface: SURFACE, keyId: key.id };
  }

  private ping(): void {
    for (const session of this.sessions) session.ping();
  }
}
