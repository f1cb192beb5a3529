import { GatewayError } from '@switchyard/canonical';
import { Pool, ProxyAgent, type Dispatcher } from 'undici';

/** Pools that nobody uses are closed when they are this old, or when there are too many. */
const IDLE_POOL_MS = 5 * 60_000;

/** Longer than servers usually name, so that conversations keep their socket; a server's own hint wins. */
const KEEP_ALIVE_MS = 30_000;

export interface ConnectionPoolsOptions {
  /** Undefined is no limit. */
  readonly connectionsPerOrigin?: number | undefined;
  /** How many idle pools are kept. */
  readonly poolLimit: number;
  readonly now: () => number;
}

/** Where a call is to go. */
export interface Route {
  readonly origin: string;
  readonly connectMs: number;
  readonly proxyUrl?: string | undefined;
}

/** A dispatcher in use. */
export interface PoolLease {
  readonly dispatcher: Dispatcher;
  release(): void;
}

interface PoolEntry {
  readonly dispatcher: Dispatcher;
  calls: number;
  usedAtMs: number;
}

/** The sockets: a pool for each origin, and for each proxy to it. */
export class ConnectionPools {
  readonly #options: ConnectionPoolsOptions;
  /** In order of last use. */
  readonly #entries = new Map<string, PoolEntry>();

  constructor(options: ConnectionPoolsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** @throws GatewayError `upstream_network_error` for a proxy that cannot be used. */
  lease(route: Route): PoolLease {
    const key = `${route.origin} ${route.connectMs} ${route.proxyUrl ?? ''}`;
    const entry = this.#entries.get(key) ?? this.#create(route);
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    entry.calls += 1;
    entry.usedAtMs = this.#options.now();
    return {
      dispatcher: entry.dispatcher,
      release: () => {
        entry.calls -= 1;
        entry.usedAtMs = this.#options.now();
      },
    };
  }

  /** Closes every socket, those in use too. */
  async close(): Promise<void> {
    const dispatchers = [...this.#entries.values()].map((entry) => entry.dispatcher);
    this.#entries.clear();
    await Promise.all(dispatchers.map((dispatcher) => dispatcher.destroy()));
  }

  #create(route: Route): PoolEntry {
    this.#evict();
    return { dispatcher: createDispatcher(route, this.#options), calls: 0, usedAtMs: this.#options.now() };
  }

  #evict(): void {
    const oldestMs = this.#options.now() - IDLE_POOL_MS;
    for (const [key, entry] of this.#entries) {
      if (entry.calls > 0) continue;
      if (entry.usedAtMs > oldestMs && this.#entries.size < this.#options.poolLimit) continue;
      this.#entries.delete(key);
      void entry.dispatcher.close();
    }
  }
}

function createDispatcher(route: Route, options: ConnectionPoolsOptions): Dispatcher {
  const settings = {
    connections: options.connectionsPerOrigin ?? null,
    connectTimeout: route.connectMs,
    pipelining: 1,
    // Each call keeps its own deadlines.
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // One stalled HTTP/2 connection stalls every stream on it; sockets of their own fail alone.
    allowH2: false,
  };
  if (route.proxyUrl === undefined) return new Pool(route.origin, settings);
  return new ProxyAgent({ ...settings, uri: checkProxyUrl(route.proxyUrl) });
}

function checkProxyUrl(proxyUrl: string): string {
  const url = URL.parse(proxyUrl);
  if (url !== null && ['http:', 'https:', 'socks5:'].includes(url.protocol)) return proxyUrl;
  // The URL itself stays out of the message: it may hold a password.
  throw new GatewayError(
    'upstream_network_error',
    'the proxy-url of this credential cannot be used: give an http, https or socks5 URL, or direct',
  );
}
