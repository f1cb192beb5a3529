import { optionsHelp, type CommandOptions } from '../command-options.js';
import type { LoadResult } from '../load/job.js';
import { jobFor } from '../measure.js';
import { report } from '../report/progress.js';
import type { Bound } from '../report/verdicts.js';
import { startSubjects, numberIn, type BenchCommand, type CommandResult, type ReportRow } from '../run-command.js';
import { subjectLabel, type Subject } from '../subjects/subject.js';
import type { StreamShape } from '../workload.js';
import type { World } from '../world.js';
import { largestHeld } from './largest-held.js';

const DEFAULTS = { subjects: 'direct,floor,split,portkey', rounds: 3, quickRounds: 1 };
const PACED: StreamShape = { chunks: 250, intervalMs: 20 };
const QUICK_PACED: StreamShape = { chunks: 50, intervalMs: 20 };
const FIRST = 50;
// How near the search comes to the largest number.
const STEP = 1.1;
const QUICK_STEP = 1.3;
// Before the first search: what reads and writes chunks is compiled then, in the load generator too.
const WARM_STREAMS = 200;
// On a machine that does other things too, some chunk is always late, also without a gateway.
const SPOILT_SHARE = 0.001;
// Few, so that they are no load, and a share that is beyond what single hiccups make.
const CONTROL_STREAMS = 10;
const DISTURBED_SHARE = 0.005;

export const STREAMS: BenchCommand = {
  name: 'streams',
  help: `Measures how many paced streams of 50 chunks a second each are held, at 2 KB in. Streams count as held when no chunk is
lost and at most one in a thousand comes late (more than 20 ms after the upstream sent it: when the next one is due) or
merged with the one before. Ten streams without any subject run beside; where those are spoilt too it was the machine
that did not hold, and the table says so. What "direct" holds is the bound of the upstream and the load generator themselves, which
share the machine with the subject. It takes about 10 minutes. Reported is the median of the rounds.

Usage: npm run bench -- streams [options]

${optionsHelp(DEFAULTS)}

Example:
  npm run bench -- streams --subjects floor,split:policy --rounds 1`,
  defaults: DEFAULTS,
  measure: measureStreams,
};

async function measureStreams(world: World, options: CommandOptions): Promise<CommandResult> {
  const subjects = await startSubjects(world, options);
  const control = await startControl(world);
  const shape = options.quick ? QUICK_PACED : PACED;
  await world.upstream.shape(shape);
  const found = new Map<Subject, Attempt[]>(subjects.map((subject) => [subject, []]));
  for (const subject of subjects) await hold(world, { subject, shape, streams: WARM_STREAMS });
  const step = options.quick ? QUICK_STEP : STEP;
  for (let round = 0; round < options.rounds; round += 1) {
    for (const [subject, attempts] of found) {
      report(`round ${round + 1} of ${options.rounds}: ${subjectLabel(subject)}`);
      attempts.push(await searchLargest(world, { subject, control, shape, step }));
    }
  }
  const rows = summariseStreams([...found].map(([subject, attempts]) => ({ label: subjectLabel(subject), attempts })));
  return { rows, bounds: streamsBounds(rows) };
}

async function startControl(world: World): Promise<Subject> {
  const control = await world.start({ subject: 'direct', profile: 'bare' });
  if ('missing' in control) throw new Error(control.missing);
  return control;
}

const OF_FLOOR_AT_LEAST = 0.6;

/** What one gateway and one worker are to hold, as a share of what the floor holds. */
export function streamsBounds(rows: readonly ReportRow[]): readonly Bound[] {
  return rows
    .filter(({ subject }) => `${subject}`.startsWith('split'))
    .map((row) => ({
      budget: `streams held by ${row['subject']}, against the floor`,
      type: 'at least',
      bound: OF_FLOOR_AT_LEAST,
      unit: 'x',
      reached: numberIn(row, 'of floor'),
      doubt: row['bounded by'] === null ? undefined : `bounded by ${row['bounded by']}`,
    }));
}

/** The largest number of a round, and what it was like. */
export interface Attempt {
  readonly streams: number;
  /** Undefined where not even the smallest number was held. */
  readonly result: LoadResult | undefined;
  /** Whether the machine kept it from holding more. */
  readonly isMachines: boolean;
}

interface Search {
  readonly subject: Subject;
  /** The upstream itself, which tells what the machine does to streams. */
  readonly control: Subject;
  readonly shape: StreamShape;
  readonly step: number;
}

async function searchLargest(world: World, search: Search): Promise<Attempt> {
  let best: LoadResult | undefined;
  let isMachines = false;
  const streams = await largestHeld({ first: FIRST, step: search.step }, async (count) => {
    world.signal.throwIfAborted();
    const { result, isDisturbed } = await holdBesideControl(world, search, count);
    const held = isHeld(result);
    const text = held ? 'held' : `not held${isDisturbed ? ', nor are those beside them' : ''}`;
    report(`  ${count} streams: ${text}; ${describe(result)}`);
    if (held) best = result;
    else isMachines = isDisturbed;
    return held;
  });
  return { streams, result: best, isMachines };
}

/** A few streams without the subject run beside its own: where theirs are spoilt too, it is the machine. */
async function holdBesideControl(
  world: World,
  { subject, control, shape }: Search,
  streams: number,
): Promise<{ readonly result: LoadResult; readonly isDisturbed: boolean }> {
  const [result, beside] = await Promise.all([
    hold(world, { subject, shape, streams }),
    hold(world, { subject: control, shape, streams: CONTROL_STREAMS }),
  ]);
  const spoilt = beside.late + beside.merged + beside.lost;
  return { result, isDisturbed: beside.errors > 0 || spoilt > beside.chunks * DISTURBED_SHARE };
}

function hold(
  world: World,
  { subject, shape, streams }: { readonly subject: Subject; readonly shape: StreamShape; readonly streams: number },
): Promise<LoadResult> {
  const pace = { type: 'closed', concurrency: streams } as const;
  // Opened over half the time of a stream, so that what opening costs is not what is measured.
  const staggerMs = (shape.chunks * shape.intervalMs) / 2;
  const job = jobFor(subject, { request: 'chat-stream', stream: shape, pace, staggerMs, durationMs: 1 });
  return world.generator.run(job, world.signal);
}

/** Whether nothing is missing, and no more is spoilt than the machine spoils by itself. */
export function isHeld({ errors, lost, late, merged, chunks }: LoadResult): boolean {
  return errors === 0 && lost === 0 && late + merged <= chunks * SPOILT_SHARE;
}

function describe({ errors, lost, late, merged, chunks, chunkMs }: LoadResult): string {
  const p99 = chunkMs.p99?.toFixed(1) ?? '-';
  return `of ${chunks} chunks ${late} late, ${merged} merged, ${lost} lost; p99 ${p99} ms; ${errors} errors`;
}

/** The median round of each subject, with the floor's for comparison. */
export function summariseStreams(
  found: readonly { readonly label: string; readonly attempts: readonly Attempt[] }[],
): readonly ReportRow[] {
  const middle = (attempts: readonly Attempt[]): Attempt | undefined =>
    attempts.toSorted((a, b) => a.streams - b.streams)[Math.floor((attempts.length - 1) / 2)];
  const heldBy = (name: string): number =>
    middle(found.find(({ label }) => label === name)?.attempts ?? [])?.streams ?? 0;
  const [direct, floor] = [heldBy('direct'), heldBy('floor')];
  return found.map(({ label, attempts }) => {
    const { streams = 0, result, isMachines = false } = middle(attempts) ?? {};
    return {
      subject: label,
      streams,
      'of floor': floor === 0 ? null : streams / floor,
      'of direct': direct === 0 ? null : streams / direct,
      'chunk p50 ms': result?.chunkMs.p50 ?? null,
      'chunk p99 ms': result?.chunkMs.p99 ?? null,
      late: result?.late ?? null,
      merged: result?.merged ?? null,
      lost: result?.lost ?? null,
      rounds: attempts.map((attempt) => attempt.streams).join(' '),
      // It may hold more on another.
      'bounded by': isMachines ? 'the machine' : null,
    };
  });
}
