import type { Measurement } from '../measure.js';
import { subjectLabel } from '../subjects/subject.js';
import type { Workload } from '../workload.js';
import { alignColumns } from './align-columns.js';
import { budgetsOf } from './budgets.js';
import { cpuByProcess, type Row } from './summarise.js';
import { verdictText } from './verdicts.js';

const HEADINGS = [
  '',
  'CPU µs',
  'of floor',
  'of Portkey',
  'p50 ms',
  'p99 ms',
  'TTFT p99',
  'RSS MB',
  'errors',
  'budget',
  'CPU µs by process',
];

interface Reported {
  readonly workloads: readonly Workload[];
  readonly measurements: readonly Measurement[];
  /** Every row is marked then: nothing of it may be quoted. */
  readonly quick?: boolean;
}

/** The report as text: one table, with a part for each workload. */
export function formatRows(rows: readonly Row[], { workloads, measurements, quick = false }: Reported): string {
  const parts = workloads.map((workload) => ({
    title: `${workload.name}: ${workload.title}; CPU per ${workload.unit}`,
    cells: rows
      .filter((row) => row.workload === workload.name)
      .map((row) => cellsOf(row, { workload, measurements, mark: quick ? '~ ' : '' })),
  }));
  const table = alignColumns([HEADINGS, ...parts.flatMap(({ cells }) => cells)], 2);
  const [headings = '', ...lines] = table.split('\n');
  return [
    headings,
    ...parts.flatMap(({ title, cells }) => ['', title, ...lines.splice(0, cells.length)]),
    '',
    `Budgets are multiples of the floor's CPU, with P of Portkey's.`,
    ...(quick ? ['~ comes of a quick run, too short and too cold to be quoted.'] : []),
  ].join('\n');
}

function cellsOf(
  row: Row,
  {
    workload,
    measurements,
    mark,
  }: Pick<Reported, 'measurements'> & { readonly workload: Workload; readonly mark: string },
): readonly string[] {
  const parts = Object.entries(cpuByProcess(measurements, workload, row));
  return [
    `  ${mark}${subjectLabel(row)}`,
    row.cpuMs === null ? '-' : micros(row.cpuMs),
    times(row.ratioToFloor),
    times(row.ratioToPortkey),
    number(row.p50Ms, 1),
    number(row.p99Ms, 1),
    number(row.ttftP99Ms, 1),
    number(row.rssMb, 0),
    `${errorsOf(row, measurements)}`,
    budgetCell(row),
    parts.length > 1 ? parts.map(([name, cpuMs]) => `${name} ${micros(cpuMs)}`).join(', ') : '',
  ];
}

function budgetCell(row: Row): string {
  return budgetsOf(row)
    .map((verdict) => {
      const { bound, unit } = verdict;
      return `≤ ${unit === 'P' ? `${bound.toFixed(2)} P` : bound} ${verdictText(verdict)}`;
    })
    .join(', ');
}

function errorsOf(row: Row, measurements: readonly Measurement[]): number {
  return measurements
    .filter(
      ({ subject, profile, workload }) =>
        subject === row.subject && profile === row.profile && workload === row.workload,
    )
    .reduce((sum, { load }) => sum + load.errors, 0);
}

function times(ratio: number | null): string {
  return ratio === null ? '-' : `${ratio.toFixed(2)}x`;
}

function number(value: number | null, digits: number): string {
  return value === null ? '-' : value.toFixed(digits);
}

function micros(ms: number): string {
  const value = ms * 1_000;
  return value.toFixed(value < 100 ? 1 : 0);
}
