import type { Workload } from '../workload.js';
import { alignColumns } from './align-columns.js';
import type { SummaryRow } from './summarise.js';

const HEADINGS = ['', 'CPU µs', 'of floor', 'per s', 'p50 ms', 'p99 ms', 'errors', 'CPU µs by process'];

/** The report as text: one table per workload. */
export function formatTables(rows: readonly SummaryRow[], workloads: readonly Workload[]): string {
  return workloads
    .map((workload) => {
      const own = rows.filter((row) => row.workload === workload.name);
      const unit = workload.stream ? 'per event; p50 and p99 are the time to the first event' : 'per request';
      return `${workload.title} (${unit})\n${alignColumns([HEADINGS, ...own.map(cellsOf)])}`;
    })
    .join('\n\n');
}

function cellsOf(row: SummaryRow): readonly string[] {
  const parts = Object.entries(row.cpuMsByProcess);
  return [
    row.subject,
    micros(row.cpuMs),
    row.ratio === undefined ? '-' : `${row.ratio.toFixed(2)}x`,
    row.perSecond.toFixed(0),
    row.latencyP50Ms.toFixed(1),
    row.latencyP99Ms.toFixed(1),
    `${row.errors}`,
    parts.length > 1 ? parts.map(([name, cpuMs]) => `${name} ${micros(cpuMs)}`).join(', ') : '',
  ];
}

function micros(ms: number): string {
  return (ms * 1_000).toFixed(0);
}
