import { optionsHelp, type CommandOptions } from '../command-options.js';
import type { LoadResult } from '../load/job.js';
import { jobFor } from '../measure.js';
import { median } from '../report/summarise.js';
import type { Bound } from '../report/verdicts.js';
import { report } from '../report/progress.js';
import { startSubjects, numberIn, type BenchCommand, type CommandResult, type ReportRow } from '../run-command.js';
import { subjectLabel, type Subject } from '../subjects/subject.js';
import { warmUp } from '../warm-up.js';
import { SMALL_WORKLOAD, type StreamShape } from '../workload.js';
import type { World } from '../world.js';

const DEFAULTS = { subjects: 'direct,floor,standalone,split', rounds: 7, quickRounds: 2 };
// Enough for a 99th percentile in each round, and short streams, as only their beginning counts.
const AMOUNT: Amount = { requests: 3_000, streams: 600, warmStreams: 20_000 };
const QUICK_AMOUNT: Amount = { requests: 1_000, streams: 250, warmStreams: 300 };
const SHORT_STREAM: StreamShape = { chunks: 2, intervalMs: 1 };
// Where a subject is so slow that so many do not fit, fewer count.
const RUN_WITHIN_MS = 15_000;
const WARM_WITHIN_MS = 8_000;

interface Amount {
  /** Of a subject in one round. */
  readonly requests: number;
  readonly streams: number;
  /** Before the first round. */
  readonly warmStreams: number;
}

/** What one subject took in one round. */
export interface LatencySample {
  readonly label: string;
  readonly round: number;
  readonly whole: LoadResult;
  readonly streamed: LoadResult;
}

export const LATENCY: BenchCommand = {
  name: 'latency',
  help: `Measures what is added to the time of a request when there is one at a time: 2 KB in and 1 KB out, and the time to the
first text of a stream. What is added is the difference to asking the upstream directly in the same round; "of floor" is
that as a multiple of what the floor adds. It takes about 5 minutes.

Usage: npm run bench -- latency [options]

${optionsHelp(DEFAULTS)}

Example:
  npm run bench -- latency --subjects direct,floor,split:policy`,
  defaults: DEFAULTS,
  measure: measureLatency,
};

async function measureLatency(world: World, options: CommandOptions): Promise<CommandResult> {
  const subjects = await startSubjects(world, options);
  const amount = options.quick ? QUICK_AMOUNT : AMOUNT;
  await world.upstream.shape(SHORT_STREAM);
  for (const subject of subjects) {
    // Also for a quick look: cold code is ten times as slow, and nothing could be seen.
    await warmUp(world, { subject, workloads: SMALL_WORKLOAD, quick: false });
    const maxRequests = amount.warmStreams;
    const job = { request: 'chat-stream', stream: SHORT_STREAM, durationMs: WARM_WITHIN_MS, maxRequests } as const;
    await world.generator.run(jobFor(subject, { ...job, pace: { type: 'closed', concurrency: 16 } }), world.signal);
    // V8's compilers were seen at work for the first seconds of one request at a time.
    await sampleOf(world, { subject, round: 0, amount });
  }
  const samples: LatencySample[] = [];
  for (let round = 0; round < options.rounds; round += 1) {
    report(`round ${round + 1} of ${options.rounds}`);
    for (const subject of subjects) {
      world.signal.throwIfAborted();
      samples.push(await sampleOf(world, { subject, round, amount }));
    }
  }
  const rows = summariseLatency(samples);
  return { rows, bounds: latencyBounds(rows) };
}

/** What full policies may add: as multiples of what the floor adds, and to the first token in milliseconds. */
export function latencyBounds(rows: readonly ReportRow[]): readonly Bound[] {
  const row = rows.find(({ subject }) => subject === 'split, policy');
  const atMost = (budget: string, bound: number, [column, unit]: readonly [string, string]): Bound => ({
    budget: `split, policy: ${budget}`,
    type: 'at most',
    bound,
    unit,
    reached: numberIn(row, column),
  });
  return [
    atMost('p50 added, against the floor', 2, ['p50 of floor', 'x']),
    atMost('p99 added, against the floor', 3, ['p99 of floor', 'x']),
    atMost('p99 added to the first token', 1.5, ['TTFT p99 added', ' ms']),
  ];
}

async function sampleOf(
  world: World,
  { subject, round, amount }: { readonly subject: Subject; readonly round: number; readonly amount: Amount },
): Promise<LatencySample> {
  const pace = { type: 'closed', concurrency: 1 } as const;
  const durationMs = RUN_WITHIN_MS;
  const whole = await world.generator.run(
    jobFor(subject, { request: 'chat-2k', pace, durationMs, maxRequests: amount.requests }),
    world.signal,
  );
  const stream = { request: 'chat-stream', stream: SHORT_STREAM } as const;
  const streamed = await world.generator.run(
    jobFor(subject, { ...stream, pace, durationMs, maxRequests: amount.streams }),
    world.signal,
  );
  const failed = whole.firstError ?? streamed.firstError;
  if (failed !== undefined) throw new Error(`${subjectLabel(subject)}: ${failed}`);
  return { label: subjectLabel(subject), round, whole, streamed };
}

const FIGURES: readonly { readonly name: string; readonly of: (sample: LatencySample) => number }[] = [
  { name: 'p50', of: ({ whole }) => whole.answerMs.p50 ?? Number.NaN },
  { name: 'p99', of: ({ whole }) => whole.answerMs.p99 ?? Number.NaN },
  { name: 'TTFT p50', of: ({ streamed }) => streamed.firstTokenMs.p50 ?? Number.NaN },
  { name: 'TTFT p99', of: ({ streamed }) => streamed.firstTokenMs.p99 ?? Number.NaN },
];

/** Medians over the rounds, of the figures and of what is added to those of `direct` in the same round. */
export function summariseLatency(samples: readonly LatencySample[]): readonly ReportRow[] {
  const labels = [...new Set(samples.map(({ label }) => label))];
  const added = (label: string, of: (sample: LatencySample) => number): number =>
    median(
      samples
        .filter((sample) => sample.label === label)
        .map((sample) => {
          const direct = samples.find((one) => one.label === 'direct' && one.round === sample.round);
          return of(sample) - (direct === undefined ? Number.NaN : of(direct));
        }),
    );
  return labels.map((label) => {
    const own = samples.filter((sample) => sample.label === label);
    const columns = FIGURES.flatMap(({ name, of }) => {
      const addedMs = finiteOrNull(label === 'direct' ? Number.NaN : added(label, of));
      return [
        [`${name} ms`, median(own.map(of))],
        [`${name} added`, addedMs],
        [`${name} of floor`, addedMs === null ? null : finiteOrNull(addedMs / added('floor', of))],
      ];
    });
    const requests = own.reduce((sum, { whole }) => sum + whole.requests, 0);
    const row: ReportRow = { subject: label, ...Object.fromEntries(columns), requests };
    return row;
  });
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
