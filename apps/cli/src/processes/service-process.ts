import cluster, { type Worker } from 'node:cluster';

import type { Order, ProcessReport, Word } from './process-messages.js';

const REPORT_TIMEOUT_MS = 1_000;

export interface ServiceProcessOptions {
  /** From 1 on. Whoever replaces it has the same. */
  readonly place: number;
  onServing(): void;
  onExit(end: { readonly code: number | null; readonly signal: string | null }): void;
}

/** One process of a service, as the first one sees it. */
export class ServiceProcess {
  readonly place: number;
  readonly startedAtMs = performance.now();
  readonly #worker: Worker;
  readonly #waiting = new Map<number, (report: ProcessReport) => void>();
  #isServing = false;
  #asked = 0;
  #lastReport: ProcessReport | undefined;

  constructor({ place, onServing, onExit }: ServiceProcessOptions) {
    this.place = place;
    const [, script, ...args] = process.argv;
    cluster.setupPrimary({ exec: script, args: [...args, '--place', `${place}`] });
    this.#worker = cluster.fork();
    this.#worker.on('message', (word: Word) => {
      if (word.type === 'serving') {
        this.#isServing = true;
        onServing();
        return;
      }
      this.#lastReport = word.report;
      this.#waiting.get(word.id)?.(word.report);
    });
    this.#worker.on('exit', (code: number | null, signal: string | null) => {
      this.#isServing = false;
      onExit({ code, signal });
    });
    // A process that is gone while it is told something has an exit of its own.
    this.#worker.on('error', () => undefined);
  }

  get pid(): number | undefined {
    return this.#worker.process.pid;
  }

  get isServing(): boolean {
    return this.#isServing;
  }

  /** What it told last, for when it can be asked no more. */
  get lastReport(): ProcessReport | undefined {
    return this.#lastReport;
  }

  /** How it stands; undefined where it does not answer in time. */
  async report(): Promise<ProcessReport | undefined> {
    if (!this.#worker.isConnected()) return undefined;
    this.#asked += 1;
    const id = this.#asked;
    const { promise, resolve } = Promise.withResolvers<ProcessReport | undefined>();
    const timer = setTimeout(() => resolve(undefined), REPORT_TIMEOUT_MS);
    this.#waiting.set(id, resolve);
    this.#tell({ type: 'report', id });
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(id);
    }
  }

  /** Asks it to finish what it is at, and to end. */
  stop(): void {
    if (this.#worker.isConnected()) this.#tell({ type: 'stop' });
    else this.kill();
  }

  kill(): void {
    this.#worker.process.kill('SIGKILL');
  }

  #tell(order: Order): void {
    this.#worker.send(order, () => undefined);
  }
}
