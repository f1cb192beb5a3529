import { optionsHelp, type CommandOptions } from '../command-options.js';
import type { LoadResult } from '../load/job.js';
import { jobFor } from '../measure.js';
import { median } from '../report/summarise.js';
import { report } from '../report/progress.js';
import { startSubjects, type BenchCommand, type ReportRow } from '../run-command.js';
import { subjectLabel, type Subject } from '../subjects/subject.js';
import type { StreamShape } from '../workload.js';
import type { World } from '../world.js';

const DEFAULTS = { subjects: 'direct,floor,standalone,split', rounds: 7, quickRounds: 2 };
// Long enough for a 99th percentile, and short streams, as only their beginning counts.
const RUN_MS = 3_000;
const QUICK_RUN_MS = 700;
const SHORT_STREAM: StreamShape = { chunks: 3, intervalMs: 5 };

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
that as a multiple of what the floor adds. It takes about 4 minutes.

Usage: npm run bench -- latency [options]

${optionsHelp(DEFAULTS)}

Example:
  npm run bench -- latency --subjects direct,floor,split:policy`,
  defaults: DEFAULTS,
  measure: measureLatency,
};

async function measureLatency(world: World, options: CommandOptions): Promise<readonly ReportRow[]> {
  const subjects = await startSubjects(world, options);
  const durationMs = options.quick ? QUICK_RUN_MS : RUN_MS;
  await world.upstream.shape(SHORT_STREAM);
  const samples: LatencySample[] = [];
  // The round before the first warms up, and is dropped.
  for (let round = -1; round < options.rounds; round += 1) {
    report(round < 0 ? 'warming up' : `round ${round + 1} of ${options.rounds}`);
    for (const subject of subjects) {
      world.signal.throwIfAborted();
      const sample = await sampleOf(world, { subject, round, durationMs });
      if (round >= 0) samples.push(sample);
    }
  }
  return summariseLatency(samples);
}

async function sampleOf(
  world: World,
  { subject, round, durationMs }: { readonly subject: Subject; readonly round: number; readonly durationMs: number },
): Promise<LatencySample> {
  const pace = { type: 'closed', concurrency: 1 } as const;
  const whole = await world.generator.run(jobFor(subject, { request: 'chat-2k', pace, durationMs }), world.signal);
  const streamed = await world.generator.run(
    jobFor(subject, { request: 'chat-stream', stream: SHORT_STREAM, pace, durationMs }),
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
    const row: ReportRow = { subject: label, ...Object.fromEntries(columns) };
    return row;
  });
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
