import { connect, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';

import { SocketReader } from '../connection/socket-reader.js';
import type { ConnectionTimings, WireSocket } from '../connection/wire-connection.js';
import { MAX_STREAM_ID } from '../frame/frame-type.js';
import type { WireLogger } from '../wire-logger.js';
import type { WireTls } from '../wire-tls.js';
import { ClientConnection } from './client-connection.js';
import type { WorkerAddress } from './worker-discovery.js';

const FIRST_BACKOFF_MS = 100;
const MAX_BACKOFF_MS = 5000;

export interface WorkerLinkOptions {
  readonly worker: WorkerAddress;
  readonly token: string;
  readonly tls: WireTls | undefined;
  readonly timings: ConnectionTimings;
  readonly random: () => number;
  readonly logger: WireLogger;
  /** `connection` has come or gone. */
  readonly onChanged: () => void;
}

/** Keeps one connection to one worker, and reconnects when it is lost or retired. */
export class WorkerLink {
  readonly #options: WorkerLinkOptions;
  /** Being set up, or ready. */
  #current: ClientConnection | undefined;
  #ready = false;
  /** No longer chosen; their streams run on. */
  readonly #retired = new Set<ClientConnection>();
  #failures = 0;
  #backoffTimer: NodeJS.Timeout | undefined;
  #problem: string | undefined;
  #leaving = false;

  constructor(options: WorkerLinkOptions) {
    this.#options = options;
    this.#connect();
  }

  /** The connection, if attempts can be started on it now. */
  get connection(): ClientConnection | undefined {
    return this.#ready ? this.#current : undefined;
  }

  /** Why there is no connection, in words for an operator. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Whether no connection is left. */
  get idle(): boolean {
    return this.#current === undefined && this.#retired.size === 0;
  }

  /** The worker is gone from DNS: its streams may finish, nothing new goes there. */
  leave(): void {
    this.#leaving = true;
    clearTimeout(this.#backoffTimer);
    this.#current?.retire();
  }

  close(): void {
    this.#leaving = true;
    clearTimeout(this.#backoffTimer);
    for (const connection of this.#retired) connection.close();
    this.#current?.close();
  }

  #connect(): void {
    this.#current = new ClientConnection({
      socket: this.#openSocket(),
      token: this.#options.token,
      timings: this.#options.timings,
      maxStreamId: MAX_STREAM_ID,
      onReady: () => this.#onReady(),
      onRetired: (connection) => this.#onRetired(connection),
      onClosed: (connection, reason) => this.#onClosed(connection, reason),
    });
  }

  #openSocket(): WireSocket {
    const { tls, worker } = this.#options;
    const reader = new SocketReader();
    const target = { host: worker.address, port: worker.port, onread: reader.onread };
    if (tls === undefined) return { socket: connect(target), reader };
    // The certificate is checked for the configured name, also when DNS led to a bare address.
    const name = isIP(worker.host) === 0 ? { servername: worker.host } : {};
    const pem = { ca: tls.ca, cert: tls.cert, key: tls.key, minVersion: 'TLSv1.3' } as const;
    return { socket: connectTls({ ...target, ...name, ...pem }), reader };
  }

  #onReady(): void {
    this.#ready = true;
    this.#failures = 0;
    this.#problem = undefined;
    this.#options.logger.info(this.#facts(), 'connected to a worker');
    this.#options.onChanged();
  }

  #onRetired(connection: ClientConnection): void {
    this.#retired.add(connection);
    this.#current = undefined;
    this.#ready = false;
    this.#options.logger.info(this.#facts(), 'a worker takes no more attempts on this connection');
    this.#options.onChanged();
    this.#reconnectLater();
  }

  #onClosed(connection: ClientConnection, reason: Error | undefined): void {
    if (this.#retired.delete(connection)) return;
    this.#current = undefined;
    this.#ready = false;
    this.#report(reason?.message ?? 'the worker closed the connection');
    this.#options.onChanged();
    this.#reconnectLater();
  }

  /** Says a problem once, not at every try. */
  #report(problem: string): void {
    if (!this.#leaving && problem !== this.#problem) {
      this.#options.logger.warn({ ...this.#facts(), problem }, 'a worker cannot be used');
    }
    this.#problem = problem;
  }

  #reconnectLater(): void {
    if (this.#leaving) return;
    const ceilingMs = Math.min(FIRST_BACKOFF_MS * 2 ** this.#failures, MAX_BACKOFF_MS);
    this.#failures += 1;
    // Spread out, so that the gateways do not all return to a restarted worker at once.
    const delayMs = ceilingMs * (0.5 + this.#options.random() / 2);
    this.#backoffTimer = setTimeout(() => this.#connect(), delayMs);
    this.#backoffTimer.unref();
  }

  #facts(): { readonly worker: string; readonly address: string; readonly port: number } {
    const { host, address, port } = this.#options.worker;
    return { worker: host, address, port };
  }
}
