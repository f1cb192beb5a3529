import { lookup } from 'node:dns/promises';

import type { WireLogger } from '../wire-logger.js';
import type { WorkerTarget } from './worker-target.js';

/** All addresses of a host; what DNS answers now. */
export type ResolveHost = (host: string) => Promise<readonly string[]>;

/** A worker found: an address to connect to, and the name it was found under. */
export interface WorkerAddress extends WorkerTarget {
  readonly address: string;
}

export interface WorkerDiscoveryOptions {
  readonly targets: readonly WorkerTarget[];
  readonly resolve: ResolveHost;
  readonly refreshMs: number;
  readonly logger: WireLogger;
  /** Called with all workers of one target whenever it has been resolved. */
  readonly onResolved: (target: WorkerTarget, workers: readonly WorkerAddress[]) => void;
}

/** Asks the system's resolver. */
export async function resolveWithDns(host: string): Promise<readonly string[]> {
  const found = await lookup(host, { all: true });
  return found.map(({ address }) => address);
}

/** Keeps resolving the targets. While a name does not resolve, the workers last found under it stay. */
export class WorkerDiscovery {
  readonly #options: WorkerDiscoveryOptions;
  readonly #timers = new Map<WorkerTarget, NodeJS.Timeout>();
  readonly #failing = new Set<WorkerTarget>();
  #closed = false;

  constructor(options: WorkerDiscoveryOptions) {
    this.#options = options;
  }

  start(): void {
    for (const target of this.#options.targets) void this.#refresh(target);
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  async #refresh(target: WorkerTarget): Promise<void> {
    try {
      const addresses = await this.#options.resolve(target.host);
      if (this.#closed) return;
      this.#failing.delete(target);
      this.#options.onResolved(
        target,
        addresses.map((address) => ({ ...target, address })),
      );
    } catch (error) {
      this.#failed(target, error);
    }
    if (this.#closed) return;
    const timer = setTimeout(() => void this.#refresh(target), this.#options.refreshMs);
    timer.unref();
    this.#timers.set(target, timer);
  }

  #failed(target: WorkerTarget, error: unknown): void {
    if (this.#closed || this.#failing.has(target)) return;
    this.#failing.add(target);
    this.#options.logger.warn({ host: target.host, err: error }, 'the name of the workers does not resolve');
  }
}
