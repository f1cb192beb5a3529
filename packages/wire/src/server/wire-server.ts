import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createServer as createTlsServer } from 'node:tls';

import { GatewayError } from '@switchyard/canonical';

import type { AttemptHandler } from '../attempt.js';
import { type ConnectionTimings, DEFAULT_CONNECTION_TIMINGS } from '../connection/wire-connection.js';
import { SILENT_LOGGER, type WireLogger } from '../wire-logger.js';
import type { WireTls } from '../wire-tls.js';
import { ServerConnection, type WireServerLimits } from './server-connection.js';

export const DEFAULT_SERVER_LIMITS: WireServerLimits = {
  maxBodyBytes: 64 * 1024 * 1024,
  maxBufferedBodyBytes: 256 * 1024 * 1024,
  maxStreams: 10_000,
};

export interface WireServerOptions {
  /** Loopback, if not given. */
  readonly host?: string | undefined;
  /** 0 for any free one. */
  readonly port: number;
  /** What gateways must present. */
  readonly token: string;
  /** The slugs of the providers this worker hosts. */
  readonly providers: readonly string[];
  readonly handler: AttemptHandler;
  readonly tls?: WireTls | undefined;
  readonly limits?: Partial<WireServerLimits> | undefined;
  readonly timings?: Partial<ConnectionTimings> | undefined;
  readonly logger?: WireLogger | undefined;
}

/** Where a server can be reached. */
export interface WireAddress {
  readonly host: string;
  readonly port: number;
}

/** A worker's end of the wire: takes gateways' connections and runs their attempts. */
export class WireServer {
  readonly #options: WireServerOptions;
  readonly #logger: WireLogger;
  readonly #server: Server;
  /** Includes those that are still in their TLS handshake. */
  readonly #sockets = new Set<Socket>();
  readonly #connections = new Set<ServerConnection>();
  readonly #limits: WireServerLimits;
  readonly #timings: ConnectionTimings;
  #address: WireAddress | undefined;

  constructor(options: WireServerOptions) {
    if (options.token === '') throw new GatewayError('invalid_configuration', 'the wire token must not be empty');
    this.#options = options;
    this.#logger = options.logger ?? SILENT_LOGGER;
    this.#limits = { ...DEFAULT_SERVER_LIMITS, ...options.limits };
    this.#timings = { ...DEFAULT_CONNECTION_TIMINGS, ...options.timings };
    this.#server = this.#createServer();
    this.#server.on('connection', (socket) => this.#track(socket));
    this.#server.on('error', (error) => this.#logger.warn({ err: error }, 'the wire cannot take a connection'));
  }

  /** Where it listens. Throws before `listen` has resolved. */
  get address(): WireAddress {
    if (this.#address === undefined) throw new Error('the wire server does not listen yet');
    return this.#address;
  }

  /** Running attempts of all gateways. */
  get openStreams(): number {
    let streams = 0;
    for (const connection of this.#connections) streams += connection.openStreams;
    return streams;
  }

  get connections(): number {
    return this.#connections.size;
  }

  async listen(): Promise<void> {
    const host = this.#options.host ?? '127.0.0.1';
    this.#server.listen({ host, port: this.#options.port });
    await once(this.#server, 'listening');
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('a TCP server has a TCP address');
    this.#address = { host: address.address, port: address.port };
  }

  /**
   * Stops listening, tells every gateway to go elsewhere, lets running attempts finish, and closes. Attempts still
   * running after `timeoutMs` are cut off; returns how many.
   */
  async drain(timeoutMs: number): Promise<number> {
    this.#server.close();
    for (const connection of this.#connections) connection.drain();
    if (this.#sockets.size > 0) {
      const timer = new AbortController();
      const timeout = sleep(timeoutMs, undefined, { signal: timer.signal }).catch(() => {});
      await Promise.race([Promise.all([...this.#sockets].map(closed)), timeout]);
      timer.abort();
    }
    const cutOff = this.openStreams;
    await this.close();
    return cutOff;
  }

  /** Stops listening and drops every connection; the signals of running attempts abort. */
  async close(): Promise<void> {
    this.#server.close();
    for (const connection of this.#connections) connection.close();
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all([...this.#sockets].map(closed));
  }

  #createServer(): Server {
    const { tls } = this.#options;
    if (tls === undefined) return createServer((socket) => this.#accept(socket));
    const server = createTlsServer(
      {
        ca: tls.ca,
        cert: tls.cert,
        key: tls.key,
        requestCert: true,
        rejectUnauthorized: true,
        minVersion: 'TLSv1.3',
        handshakeTimeout: this.#timings.helloTimeoutMs,
      },
      (socket) => this.#accept(socket),
    );
    return server.on('tlsClientError', (error, socket) => {
      // A handshake that times out is only reported: Node leaves the socket open.
      socket.destroy();
      this.#logger.warn({ err: error }, 'a peer failed the TLS handshake of the wire');
    });
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
  }

  #accept(socket: Socket): void {
    const peer = socket.remoteAddress;
    const connection = new ServerConnection({
      socket: { socket },
      token: this.#options.token,
      providers: this.#options.providers,
      handler: this.#options.handler,
      limits: this.#limits,
      timings: this.#timings,
      onClosed: (gone, reason) => {
        if (reason !== undefined) this.#logger.warn({ peer, err: reason }, 'a connection of the wire was closed');
        this.#connections.delete(gone);
      },
    });
    this.#connections.add(connection);
  }
}

/** Starts a worker's end of the wire. */
export async function listenWire(options: WireServerOptions): Promise<WireServer> {
  const server = new WireServer(options);
  await server.listen();
  return server;
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()));
}
