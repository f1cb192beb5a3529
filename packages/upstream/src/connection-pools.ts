import type { Call } from './call.js';
import { addressOf, type Address } from './http1/address.js';
import { OriginPool } from './http1/origin-pool.js';
import { ProxyPool } from './proxy/proxy-pool.js';

/** Pools that nobody uses are closed when they are this old, or when there are too many. */
const IDLE_POOL_MS = 5 * 60_000;

export interface ConnectionPoolsOptions {
  /** Undefined is no limit. */
  readonly connectionsPerOrigin?: number | undefined;
  /** How many idle pools are kept. */
  readonly poolLimit: number;
  readonly now: () => number;
}

/** The connections to one origin, or to it by way of one proxy. */
interface Pool {
  /** Calls that are not over. */
  readonly calls: number;
  send(call: Call, address: Address): void;
  /** Closes every connection; calls under way fail. */
  close(): void;
}

interface PoolEntry {
  readonly pool: Pool;
  usedAtMs: number;
}

/** The sockets: a pool for each origin, and for each proxy to it. */
export class ConnectionPools {
  readonly #options: ConnectionPoolsOptions;
  readonly #entries = new Map<string, PoolEntry>();

  constructor(options: ConnectionPoolsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size;
  }

  send(call: Call): void {
    const { url, proxyUrl = '', deadlines } = call.request;
    const address = addressOf(url);
    const proxy = proxyUrl === 'direct' || proxyUrl === 'none' ? '' : proxyUrl;
    // A proxy's pool has its deadline for connecting, an origin's takes that of the call.
    const key = proxy === '' ? address.origin : `${address.origin} ${deadlines.connectMs} ${proxy}`;
    const entry = this.#entries.get(key) ?? this.#create(key, address, proxy);
    entry.usedAtMs = this.#options.now();
    entry.pool.send(call, address);
  }

  /** Closes every socket, those in use too. */
  close(): void {
    const entries = [...this.#entries.values()];
    this.#entries.clear();
    for (const { pool } of entries) pool.close();
  }

  #create(key: string, address: Address, proxyUrl: string): PoolEntry {
    this.#evict();
    const { connectionsPerOrigin } = this.#options;
    const pool =
      proxyUrl === ''
        ? new OriginPool(address, connectionsPerOrigin ?? Infinity)
        : new ProxyPool(proxyUrl, connectionsPerOrigin);
    const entry = { pool, usedAtMs: 0 };
    this.#entries.set(key, entry);
    return entry;
  }

  /** Those unused for longest go first. A pool in use stays: its calls would fail. */
  #evict(): void {
    const oldestMs = this.#options.now() - IDLE_POOL_MS;
    const idle = [...this.#entries].filter(([, { pool }]) => pool.calls === 0);
    for (const [key, { pool, usedAtMs }] of idle.toSorted(([, a], [, b]) => a.usedAtMs - b.usedAtMs)) {
      if (usedAtMs > oldestMs && this.#entries.size < this.#options.poolLimit) return;
      this.#entries.delete(key);
      pool.close();
    }
  }
}
