import { setTimeout as sleep } from 'node:timers/promises';

import { mergedMetrics, reportMetrics, type Logger, type Metrics, type MetricsReport } from '@switchyard/telemetry';

import { afterEnd } from './restart-policy.js';
import { ServiceProcess } from './service-process.js';

/** How often reports are taken although nobody asks: what a process that is killed counted since the last one is lost. */
const REPORT_EVERY_MS = 2_000;

export interface ProcessGroupOptions {
  readonly count: number;
  readonly logger: Logger;
}

/** How one of the processes stands, for a readiness answer. */
export interface Standing {
  readonly process: number;
  readonly pid: number | undefined;
  readonly ready: boolean;
  readonly reasons?: Readonly<Record<string, string>> | undefined;
  readonly notes?: Readonly<Record<string, string>> | undefined;
}

/** The processes of a service: as many as were asked for, each replaced when it ends. */
export class ProcessGroup {
  readonly #options: ProcessGroupOptions;
  readonly #processes = new Map<number, ServiceProcess>();
  readonly #ended = Promise.withResolvers<void>();
  readonly #served = Promise.withResolvers<void>();
  readonly #reporting: NodeJS.Timeout;
  /** What processes counted that are no more, merged. */
  #gone: MetricsReport | undefined;
  #hasServed = false;
  #earlyEnds = 0;
  #state: 'running' | 'stopping' | 'failed' = 'running';

  constructor(options: ProcessGroupOptions) {
    this.#options = options;
    this.#reporting = setInterval(() => void this.#reports(), REPORT_EVERY_MS);
    this.#start(1);
  }

  /** Resolves when the first process serves. */
  get served(): Promise<void> {
    return this.#served.promise;
  }

  /** Resolves when no process is left; `isFailed` tells why. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** Whether it was given up rather than stopped. */
  get isFailed(): boolean {
    return this.#state === 'failed';
  }

  /** Asks all processes to finish what they are at, and to end. */
  stop(): void {
    this.#end('stopping');
  }

  /** Ends all processes at once. */
  kill(): void {
    for (const process of this.#processes.values()) process.kill();
  }

  async standings(): Promise<readonly Standing[]> {
    const processes = [...this.#processes.values()].toSorted((a, b) => a.place - b.place);
    return Promise.all(
      processes.map(async (process) => {
        const readiness = (await process.report())?.readiness;
        const { place, pid } = process;
        if (readiness === undefined)
          return { process: place, pid, ready: false, reasons: { process: 'it starts, or does not answer' } };
        const { ready, reasons, notes } = readiness;
        return { process: place, pid, ready, ...(ready ? {} : { reasons }), ...(notes === undefined ? {} : { notes }) };
      }),
    );
  }

  /** What all processes recorded, those included that are no more. */
  async metrics(): Promise<Metrics> {
    const present = await this.#reports();
    return mergedMetrics({ present, gone: this.#gone === undefined ? [] : [this.#gone] });
  }

  async #reports(): Promise<readonly MetricsReport[]> {
    await Promise.all([...this.#processes.values()].map((process) => process.report()));
    // One that is busy stands with what it told last: without it the sums would go down.
    const reports = [...this.#processes.values()].map(({ lastReport }) => lastReport?.metrics);
    return reports.filter((report) => report !== undefined);
  }

  #start(place: number): void {
    const process: ServiceProcess = new ServiceProcess({
      place,
      onServing: () => this.#onServing(),
      onExit: (end) => this.#onExit(process, end),
    });
    this.#processes.set(place, process);
  }

  /** The others follow the first: what is wrong with how the service is set up is said once. */
  #onServing(): void {
    if (this.#hasServed || this.#state !== 'running') return;
    this.#hasServed = true;
    for (let place = 2; place <= this.#options.count; place += 1) this.#start(place);
    this.#served.resolve();
  }

  #onExit(process: ServiceProcess, end: { readonly code: number | null; readonly signal: string | null }): void {
    const { place, pid, lastReport, startedAtMs } = process;
    this.#processes.delete(place);
    if (lastReport !== undefined) this.#keep(lastReport.metrics);
    if (this.#state === 'running') {
      const livedMs = performance.now() - startedAtMs;
      const next = afterEnd({ hasServed: this.#hasServed, livedMs, earlyEnds: this.#earlyEnds });
      this.#options.logger.error({ process: place, pid, ...end, next: next.type }, 'a process ended');
      if (next.type === 'restart') void this.#restart(place, next);
      else this.#end('failed');
    }
    this.#resolveWhenEnded();
  }

  #keep(report: MetricsReport): void {
    const gone = [report, ...(this.#gone === undefined ? [] : [this.#gone])];
    this.#gone = reportMetrics(mergedMetrics({ present: [], gone }));
  }

  async #restart(place: number, { delayMs, earlyEnds }: { readonly delayMs: number; readonly earlyEnds: number }) {
    this.#earlyEnds = earlyEnds;
    await sleep(delayMs);
    if (this.#state === 'running') this.#start(place);
  }

  #end(state: 'stopping' | 'failed'): void {
    if (this.#state !== 'running') return;
    this.#state = state;
    clearInterval(this.#reporting);
    for (const process of this.#processes.values()) process.stop();
    this.#resolveWhenEnded();
  }

  #resolveWhenEnded(): void {
    if (this.#state !== 'running' && this.#processes.size === 0) this.#ended.resolve();
  }
}
