import { optionsHelp, type CommandOptions } from '../command-options.js';
import type { LoadResult } from '../load/job.js';
import { jobFor } from '../measure.js';
import { report } from '../report/progress.js';
import { median } from '../report/summarise.js';
import { startSubjects, type BenchCommand, type CommandResult, type ReportRow } from '../run-command.js';
import { subjectLabel, type Subject } from '../subjects/subject.js';
import { warmUp } from '../warm-up.js';
import { SMALL_WORKLOAD } from '../workload.js';
import type { World } from '../world.js';

const DEFAULTS = { subjects: 'direct,floor,standalone,split,portkey', rounds: 3, quickRounds: 1 };
const FIRST_RATE = 125;
const MOST = 16_000;
const GROWTH = 1.5;
const RUN_MS = 3_000;
const QUICK_RUN_MS = 1_000;
// Where half the requests wait so long, they come faster than they can be answered.
const KNEE_MS = 20;

export const KNEE: BenchCommand = {
  name: 'knee',
  help: `Measures latency at rising rates of 2 KB requests, each sent at its own time whatever the answers do. A subject's knee is
the last rate at which all were answered and the median took at most ${KNEE_MS} ms: the requests that are sent faster queue
up. It takes about 8 minutes. Reported is the median of the rounds; the load generator and the upstream share the
machine, and what "direct" reaches is their bound.

Usage: npm run bench -- knee [options]

${optionsHelp(DEFAULTS)}

Example:
  npm run bench -- knee --subjects floor,split:policy`,
  defaults: DEFAULTS,
  measure: measureKnee,
};

/** A rate that was kept up, and how. */
export interface Kept {
  readonly perSecond: number;
  readonly result: LoadResult;
}

async function measureKnee(world: World, options: CommandOptions): Promise<CommandResult> {
  const subjects = await startSubjects(world, options);
  const durationMs = options.quick ? QUICK_RUN_MS : RUN_MS;
  for (const subject of subjects) await warmUp(world, { subject, workloads: SMALL_WORKLOAD, quick: options.quick });
  const found = new Map<Subject, Kept[][]>(subjects.map((subject) => [subject, []]));
  for (let round = 0; round < options.rounds; round += 1) {
    for (const [subject, rounds] of found) {
      report(`round ${round + 1} of ${options.rounds}: ${subjectLabel(subject)}`);
      rounds.push(await climb(world, subject, durationMs));
    }
  }
  return { rows: [...found].map(([subject, rounds]) => kneeRow(subjectLabel(subject), rounds)), bounds: [] };
}

async function climb(world: World, subject: Subject, durationMs: number): Promise<Kept[]> {
  const kept: Kept[] = [];
  for (let perSecond = FIRST_RATE; perSecond <= MOST; perSecond = Math.round(perSecond * GROWTH)) {
    world.signal.throwIfAborted();
    const pace = { type: 'rate', perSecond } as const;
    const result = await world.generator.run(jobFor(subject, { request: 'chat-2k', pace, durationMs }), world.signal);
    const { p50 = Infinity, p99 = Infinity } = result.answerMs;
    report(`  ${perSecond} a second: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, ${result.errors} errors`);
    if (result.errors > 0 || p50 > KNEE_MS) break;
    kept.push({ perSecond, result });
  }
  return kept;
}

/** A subject's knee, and its latency at half of it. */
export function kneeRow(label: string, rounds: readonly (readonly Kept[])[]): ReportRow {
  const knee = (kept: readonly Kept[]): number => kept.at(-1)?.perSecond ?? 0;
  const below = (kept: readonly Kept[]): LoadResult | undefined =>
    kept.findLast(({ perSecond }) => perSecond <= knee(kept) / 2)?.result;
  const medianOf = (figure: (kept: readonly Kept[]) => number | undefined): number | null => {
    const values = rounds.flatMap((kept) => figure(kept) ?? []);
    return values.length === 0 ? null : median(values);
  };
  return {
    subject: label,
    'knee a second': medianOf(knee),
    'p50 ms at the knee': medianOf((kept) => kept.at(-1)?.result.answerMs.p50),
    'p50 ms below half of it': medianOf((kept) => below(kept)?.answerMs.p50),
    'p99 ms below half of it': medianOf((kept) => below(kept)?.answerMs.p99),
    rounds: rounds.map(knee).join(' '),
  };
}
