import { GatewayError } from '@switchyard/canonical';

import { type AttemptEnd, type AttemptHandler, type AttemptTransport, CANCELLED_END, failedEnd } from '../attempt.js';
import { type ConnectionTimings, DEFAULT_CONNECTION_TIMINGS } from '../connection/wire-connection.js';
import { SILENT_LOGGER, type WireLogger } from '../wire-logger.js';
import type { WireTls } from '../wire-tls.js';
import type { ClientConnection } from './client-connection.js';
import type { AttemptTask } from './client-stream.js';
import type { AttemptSignal } from '../cancellation.js';
import { leastBusy } from './least-busy.js';
import { type ResolveHost, resolveWithDns, type WorkerAddress, WorkerDiscovery } from './worker-discovery.js';
import { WorkerLink } from './worker-link.js';
import { parseWorkerTargets, type WorkerTarget } from './worker-target.js';

export interface WireTransportOptions {
  /** Comma-separated `host:port`; a name stands for all addresses it resolves to. */
  readonly workers: string;
  readonly token: string;
  readonly tls?: WireTls | undefined;
  /** The system's resolver, if not given. */
  readonly resolve?: ResolveHost | undefined;
  /** How often names are resolved again: 5 s, if not given. */
  readonly refreshMs?: number | undefined;
  /** How long an attempt waits for a worker when none is connected: 500 ms, if not given. */
  readonly connectWaitMs?: number | undefined;
  readonly timings?: Partial<ConnectionTimings> | undefined;
  readonly random?: (() => number) | undefined;
  readonly logger?: WireLogger | undefined;
}

/** A worker that restarts is back within seconds. */
const NO_WORKER_RETRY_MS = 1_000;

/** The gateway's end of the wire. It connects at once, and stays connected until closed. */
export function createWireTransport(options: WireTransportOptions): WireTransport {
  return new WireTransport(options);
}

/** Keeps a connection to every worker, and starts each attempt on the least busy one that hosts its provider. */
export class WireTransport implements AttemptTransport {
  readonly #options: WireTransportOptions;
  readonly #logger: WireLogger;
  readonly #random: () => number;
  readonly #discovery: WorkerDiscovery;
  readonly #links = new Map<WorkerTarget, Map<string, WorkerLink>>();
  /** Workers that DNS no longer names, while their last streams run. */
  readonly #leaving = new Set<WorkerLink>();
  /** Connections that take attempts now. */
  #ready: readonly ClientConnection[] = [];
  /** Attempts that wait for a worker. */
  readonly #waiting = new Set<() => void>();
  #closed = false;

  constructor(options: WireTransportOptions) {
    this.#options = options;
    this.#logger = options.logger ?? SILENT_LOGGER;
    this.#random = options.random ?? Math.random;
    const targets = parseWorkerTargets(options.workers);
    for (const target of targets) this.#links.set(target, new Map());
    this.#discovery = new WorkerDiscovery({
      targets,
      resolve: options.resolve ?? resolveWithDns,
      refreshMs: options.refreshMs ?? 5000,
      logger: this.#logger,
      onResolved: (target, workers) => this.#onResolved(target, workers),
    });
    this.#discovery.start();
  }

  readonly attempt: AttemptHandler = (open, body, reply, signal) =>
    new Promise<AttemptEnd>((resolve) => {
      const task: AttemptTask = {
        open,
        body,
        reply,
        signal,
        onSettled: (end) => {
          // The worker began to drain before the attempt reached it. It is not chosen again, so this comes to an end.
          if (end === 'not-begun') this.#dispatch(task);
          else resolve(end);
        },
      };
      this.#dispatch(task);
    });

  availableWorkers(): number {
    return this.#ready.length;
  }

  /** Why workers cannot be used, one line each; for a readiness answer. */
  problems(): readonly string[] {
    return this.#currentLinks().flatMap((link) => (link.problem === undefined ? [] : [link.problem]));
  }

  /** Drops all connections; attempts still running end as `worker_lost`. */
  close(): Promise<void> {
    this.#closed = true;
    this.#discovery.close();
    for (const link of [...this.#currentLinks(), ...this.#leaving]) link.close();
    this.#wake();
    return Promise.resolve();
  }

  #dispatch(task: AttemptTask): void {
    if (this.#begin(task)) return;
    const giveUp = (): void => {
      if (!this.#begin(task)) task.onSettled(noWorker());
    };
    void this.#waitForWorker(task.open.provider, task.signal).then(giveUp);
  }

  /** Whether the attempt found a worker, or needs none. */
  #begin(task: AttemptTask): boolean {
    if (!task.signal.aborted) return this.#choose(task.open.provider)?.attempt(task) ?? false;
    task.onSettled(CANCELLED_END);
    return true;
  }

  #choose(provider: string): ClientConnection | undefined {
    const [first] = this.#ready;
    if (this.#ready.length === 1) return first?.hosts(provider) === true ? first : undefined;
    const hosting = this.#ready.filter((connection) => connection.hosts(provider));
    return leastBusy(hosting, this.#random());
  }

  #currentLinks(): readonly WorkerLink[] {
    return [...this.#links.values()].flatMap((links) => [...links.values()]);
  }

  /** Resolves when a worker hosts the provider, the wait is over, or nobody waits any longer. */
  #waitForWorker(provider: string, signal: AttemptSignal): Promise<void> {
    if (this.#closed || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const finish = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(check);
        signal.removeEventListener('abort', finish);
        resolve();
      };
      const check = (): void => {
        if (this.#closed || this.#choose(provider) !== undefined) finish();
      };
      const timer = setTimeout(finish, this.#options.connectWaitMs ?? 500);
      signal.addEventListener('abort', finish, { once: true });
      this.#waiting.add(check);
    });
  }

  /** Some link's connection became ready, or is no longer. */
  readonly #onLinkChanged = (): void => {
    this.#ready = this.#currentLinks().flatMap((link) => link.connection ?? []);
    this.#wake();
  };

  #wake(): void {
    for (const check of this.#waiting) check();
  }

  #onResolved(target: WorkerTarget, workers: readonly WorkerAddress[]): void {
    const links = this.#links.get(target) ?? new Map<string, WorkerLink>();
    const named = new Set(workers.map(({ address }) => address));
    for (const [address, link] of links) {
      if (named.has(address)) continue;
      links.delete(address);
      this.#leaving.add(link);
      link.leave();
    }
    for (const worker of workers) {
      if (!links.has(worker.address)) links.set(worker.address, this.#createLink(worker));
    }
    this.#onLinkChanged();
    for (const link of this.#leaving) {
      if (link.idle) this.#leaving.delete(link);
    }
  }

  #createLink(worker: WorkerAddress): WorkerLink {
    return new WorkerLink({
      worker,
      token: this.#options.token,
      tls: this.#options.tls,
      timings: { ...DEFAULT_CONNECTION_TIMINGS, ...this.#options.timings },
      random: this.#random,
      logger: this.#logger,
      onChanged: this.#onLinkChanged,
    });
  }
}

function noWorker(): AttemptEnd {
  const message = 'no worker can take the attempt now; try again shortly';
  return failedEnd(new GatewayError('no_worker', message, { retryAfterMs: NO_WORKER_RETRY_MS }).toData());
}
