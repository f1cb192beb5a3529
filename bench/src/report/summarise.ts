import type { Measurement } from '../measure.js';
import type { Workload } from '../workload.js';

/** One line of the report: medians over the rounds. */
export interface SummaryRow {
  readonly workload: string;
  readonly subject: string;
  /** Of a request, or of an event for a stream. */
  readonly cpuMs: number;
  /** `cpuMs` as a multiple of the floor's; undefined when the floor was not measured. */
  readonly ratio: number | undefined;
  readonly cpuMsByProcess: Readonly<Record<string, number>>;
  readonly perSecond: number;
  readonly latencyP50Ms: number;
  readonly latencyP99Ms: number;
  readonly errors: number;
}

/** Figures per workload and subject, with their ratio to the floor's. */
export function summarise(measurements: readonly Measurement[], workloads: readonly Workload[]): readonly SummaryRow[] {
  const subjects = [...new Set(measurements.map(({ subject }) => subject))];
  return workloads.flatMap((workload) => {
    const rows = subjects.map((subject) => {
      const own = measurements.filter((one) => one.workload === workload.name && one.subject === subject);
      return rowOf(workload, subject, own);
    });
    const floor = rows.find(({ subject }) => subject === 'floor')?.cpuMs;
    return rows.map((row) => ({ ...row, ratio: floor === undefined ? undefined : row.cpuMs / floor }));
  });
}

function rowOf(workload: Workload, subject: string, own: readonly Measurement[]): Omit<SummaryRow, 'ratio'> {
  const unitsOf = ({ load }: Measurement): number => (workload.stream ? load.chunks : load.requests);
  const medianOf = (figure: (one: Measurement) => number): number => median(own.map(figure));
  const processes = Object.keys(own[0]?.cpuMsByProcess ?? {});
  return {
    workload: workload.name,
    subject,
    cpuMs: medianOf((one) => one.cpuMs / unitsOf(one)),
    cpuMsByProcess: Object.fromEntries(
      processes.map((name) => [name, medianOf((one) => (one.cpuMsByProcess[name] ?? 0) / unitsOf(one))]),
    ),
    perSecond: medianOf((one) => (unitsOf(one) * 1_000) / one.load.elapsedMs),
    latencyP50Ms: medianOf(({ load }) => load.latencyP50Ms),
    latencyP99Ms: medianOf(({ load }) => load.latencyP99Ms),
    errors: own.reduce((sum, { load }) => sum + load.errors, 0),
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
