import type { Bound } from '../report/verdicts.js';
import type { CommandResult, ReportRow } from '../run-command.js';
import { subjectLabel, type Subject } from '../subjects/subject.js';
import { memoryTrend, toleratedGrowthMb, type MemoryTrend } from './memory-trend.js';
import type { ServiceSample } from './service-sample.js';
import type { SoakTally } from './soak-outcome.js';

/** All that was seen of one subject. */
export interface SoakRun {
  readonly subject: Pick<Subject, 'subject' | 'profile'>;
  readonly elapsedMs: number;
  readonly counts: SoakTally['counts'];
  /** The first of what was wrong. */
  readonly problems: readonly string[];
  /** Each service, before the load and well behind it. */
  readonly start: readonly ServiceSample[];
  readonly end: readonly ServiceSample[];
  readonly samples: readonly ServiceSample[];
  /** Null where there are no limits. */
  readonly leasesLeft: number | null;
}

// A heap takes some minutes to find its size: before, growth says nothing.
const JUDGED_FROM_MS = 10 * 60_000;
// A connection to Redis or Postgres that was made anew is no leak.
const TOLERATED_SOCKETS = 2;
// They keep what they are told to: the usage of a month, pages of tables.
const STORES = new Set(['redis', 'postgres']);

export function summariseSoak(runs: readonly SoakRun[]): CommandResult {
  const bounds = runs.flatMap((run) => boundsOf(run));
  const details = { runs: runs.map(({ subject, ...run }) => ({ ...run, subject: subjectLabel(subject) })) };
  return { rows: runs.flatMap(rowsOf), notes: runs.flatMap(notesOf), bounds, details, isTest: true };
}

/** A service at the start, along the way and in the end. */
function rowsOf(run: SoakRun): readonly ReportRow[] {
  return run.start.map((start): ReportRow => {
    const end = run.end.find(({ service }) => service === start.service);
    const rss = trendOf(run, start.service, 'rssMb');
    const heap = trendOf(run, start.service, 'heapMb');
    return {
      service: `${subjectLabel(run.subject)}: ${start.service}`,
      'RSS MB': round(rss?.levelMb ?? end?.rssMb),
      'growth MB': round(rss?.growthMb),
      'heap MB': round(heap?.levelMb ?? end?.heapMb ?? undefined),
      'its growth': round(heap?.growthMb),
      sockets: `${start.sockets} → ${end?.sockets ?? 0}`,
      handles: start.handles === null ? null : `${start.handles} → ${end?.handles ?? 0}`,
      found: growthText(run, { service: start.service, trend: rss }),
    };
  });
}

/** What became of the requests, and the first of what was wrong. */
function notesOf({ counts, elapsedMs, problems }: SoakRun): readonly string[] {
  const { sent, aborted, faults, madeUpFor, told, unexpected } = counts;
  return [
    `${sent} requests in ${(elapsedMs / 60_000).toFixed(1)} min: ${aborted} aborted, ${faults} faults of the upstream ` +
      `(${madeUpFor} made up for, ${told} told), ${unexpected} errors that nobody asked for`,
    ...problems.slice(0, 5).map((problem) => `  ${problem.replaceAll(/\s+/g, ' ').slice(0, 200)}`),
  ];
}

function growthText(
  run: SoakRun,
  { service, trend }: { readonly service: string; readonly trend: MemoryTrend | undefined },
) {
  if (STORES.has(service)) return 'keeps data';
  if (trend === undefined || run.elapsedMs < JUDGED_FROM_MS) return 'too short to tell';
  return trend.growthMb > toleratedGrowthMb(trend) ? 'GROWS' : 'does not grow';
}

function boundsOf(run: SoakRun): readonly Bound[] {
  const label = subjectLabel(run.subject);
  const atMost = (budget: string, bound: number, reached: number | null, unit = ''): Bound => ({
    budget: `${label}: ${budget}`,
    type: 'at most',
    bound,
    unit,
    reached,
  });
  const memory = run.start.flatMap(({ service }) => {
    const trend = trendOf(run, service, 'rssMb');
    if (trend === undefined || STORES.has(service) || run.elapsedMs < JUDGED_FROM_MS) return [];
    return [atMost(`growth of ${service}`, toleratedGrowthMb(trend), trend.growthMb, ' MB')];
  });
  const sockets = run.start
    .filter(({ service }) => !STORES.has(service))
    .map((start) => {
      const left = run.end.find(({ service }) => service === start.service)?.sockets ?? 0;
      return atMost(`sockets of ${start.service} in the end`, start.sockets + TOLERATED_SOCKETS, left);
    });
  return [
    atMost('errors that nobody asked for', 0, run.counts.unexpected),
    atMost('leases left', 0, run.leasesLeft),
    ...sockets,
    ...memory,
  ];
}

function trendOf(run: SoakRun, service: string, what: 'rssMb' | 'heapMb'): MemoryTrend | undefined {
  const own = run.samples.filter((sample) => sample.service === service);
  return memoryTrend(own.flatMap(({ atMs, [what]: mb }) => (mb === null ? [] : { atMs, mb })));
}

function round(value: number | undefined): number | null {
  return value === undefined ? null : Math.round(value * 10) / 10;
}
