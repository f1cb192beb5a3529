import type { Server } from 'node:http';
import type { Socket } from 'node:net';

import type { FrontAnswer } from './front-answer.js';
import { FrontConnection, type ConnectionOwner, type SweepLimits } from './front-connection.js';
import type { FrontRequest } from './front-request.js';

/** How long things may take, in milliseconds. */
export interface FrontTimeouts {
  /** Until a connection's first request begins. */
  readonly headMs: number;
  /** Until a body is there, for whoever waits for it. */
  readonly bodyMs: number;
  /** Until a body is there, before the connection is cut. */
  readonly requestMs: number;
  /** Between an answer and the next request; what clients are told. */
  readonly keepAliveMs: number;
}

export interface HttpFrontOptions<Route> {
  /** Where a request goes; undefined for what is not served here. */
  route(target: string): Route | undefined;
  /** Serves one request to its end. */
  serve(route: Route, request: FrontRequest, answer: FrontAnswer): void;
  readonly timeouts: FrontTimeouts;
  /** How often lateness is looked for; what is late is so by this at most. Default 1 s. */
  readonly sweepMs?: number;
}

const SWEEP_MS = 1_000;
// Clients that go by what they were told must not meet a connection that closes. (node:http, `keepAliveTimeoutBuffer`)
const KEEP_ALIVE_GRACE_MS = 1_000;

/**
 * Stands before a server of node:http. It takes the server's connections and reads their requests itself, as long as they are plain
 * (`readHead`) and it serves where they go; a connection with any other request is the server's from there on.
 */
export class HttpFront<Route> implements ConnectionOwner<Route> {
  tick = 0;
  isClosing = false;
  readonly keepAliveHeaders: string;
  readonly #options: HttpFrontOptions<Route>;
  readonly #server: Server;
  /** What the server does with a connection by itself. */
  readonly #serverListeners: readonly ((socket: Socket) => void)[];
  readonly #connections = new Set<FrontConnection<Route>>();
  readonly #limits: SweepLimits;
  readonly #sweeper: NodeJS.Timeout;
  #due: FrontConnection<Route>[] = [];
  readonly #flushDue = (): void => {
    const due = this.#due;
    this.#due = [];
    for (const connection of due) connection.flushIfDue();
  };

  constructor(server: Server, options: HttpFrontOptions<Route>) {
    const { timeouts, sweepMs = SWEEP_MS } = options;
    this.#options = options;
    this.#server = server;
    this.keepAliveHeaders = `Connection: keep-alive\r\nKeep-Alive: timeout=${Math.floor(timeouts.keepAliveMs / 1_000)}\r\n`;
    const sweeps = (ms: number): number => Math.ceil(ms / sweepMs);
    this.#limits = {
      head: sweeps(timeouts.headMs),
      body: sweeps(timeouts.bodyMs),
      request: sweeps(timeouts.requestMs),
      keepAlive: sweeps(timeouts.keepAliveMs + KEEP_ALIVE_GRACE_MS),
    };
    this.#serverListeners = listenersOf(server);
    server.removeAllListeners('connection');
    server.on('connection', (socket) => this.#take(socket));
    this.#sweeper = setInterval(() => this.#sweep(), sweepMs).unref();
    server.once('close', () => clearInterval(this.#sweeper));
  }

  /** Closes each connection as soon as its answer is out: those without a request now. */
  closeWhenAnswered(): void {
    this.isClosing = true;
    for (const connection of this.#connections) if (connection.isIdle) connection.leave();
  }

  /** Closes all connections now. */
  destroy(): void {
    for (const connection of this.#connections) connection.socket.destroy();
  }

  route(target: string): Route | undefined {
    return this.#options.route(target);
  }

  serve(route: Route, request: FrontRequest, answer: FrontAnswer): void {
    this.#options.serve(route, request, answer);
  }

  flushSoon(connection: FrontConnection<Route>): void {
    if (this.#due.push(connection) === 1) setImmediate(this.#flushDue);
  }

  handOver(connection: FrontConnection<Route>, unread: Buffer): void {
    const { socket } = connection;
    connection.release();
    this.#connections.delete(connection);
    for (const listener of this.#serverListeners) listener.call(this.#server, socket);
    socket.resume();
    // The server's own reader takes these bytes before any that come after them.
    if (!socket.destroyed) socket.emit('data', unread);
  }

  forget(connection: FrontConnection<Route>): void {
    this.#connections.delete(connection);
  }

  #take(socket: Socket): void {
    // It came in the moment before the server stopped listening.
    if (this.isClosing) socket.destroy();
    else this.#connections.add(new FrontConnection(socket, this));
  }

  #sweep(): void {
    this.tick += 1;
    for (const connection of this.#connections) connection.sweep(this.#limits, (socket) => this.#refuseLate(socket));
  }

  /** As the server does with those that it waits for itself. */
  #refuseLate(socket: Socket): void {
    const late = Object.assign(new Error('Request timeout'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });
    if (!this.#server.emit('clientError', late, socket)) socket.destroy();
  }
}

function listenersOf(server: Server): readonly ((socket: Socket) => void)[] {
  return server.listeners('connection').map((listener) => (socket) => void listener.call(server, socket));
}
