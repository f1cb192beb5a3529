import { optionsHelp, type CommandOptions } from '../command-options.js';
import { measureOnce, type Measurement } from '../measure.js';
import { report } from '../report/progress.js';
import { median } from '../report/summarise.js';
import type { Bound } from '../report/verdicts.js';
import { numberIn, type BenchCommand, type CommandResult, type ReportRow } from '../run-command.js';
import type { Scale, Subject } from '../subjects/subject.js';
import { warmUp } from '../warm-up.js';
import { SMALL_WORKLOAD } from '../workload.js';
import type { World } from '../world.js';

const DEFAULTS = { subjects: 'split:policy', rounds: 15, quickRounds: 2 };
const RUN_MS = 1_500;
const QUICK_RUN_MS = 1_000;

const SMALL: Scale = { keys: 10, aliases: 10, credentials: 1 };
const SCALES: readonly (readonly [string, Scale])[] = [
  ['10 keys, 10 aliases, 1 credential', SMALL],
  ['10,000 keys', { ...SMALL, keys: 10_000 }],
  ['1,000 aliases', { ...SMALL, aliases: 1_000 }],
  ['500 credentials', { ...SMALL, credentials: 500 }],
];

export const SCALE: BenchCommand = {
  name: 'scale',
  help: `Measures what a request costs with many keys, aliases and credentials: four installations of the split shape take turns
with 2 KB requests, 16 at a time, that go through all their keys and aliases in turn. It takes about 4 minutes. With policies
10,000 keys are dearer by what leasing saves: each has too little traffic for a lease, and its requests ask Redis one by one.

Usage: npm run bench -- scale [options]

${optionsHelp(DEFAULTS)}

Example:
  npm run bench -- scale --subjects split:bare`,
  defaults: DEFAULTS,
  measure: measureScale,
};

/** One installation and what was measured of it. */
export interface Installation {
  readonly label: string;
  readonly measurements: Pick<Measurement, 'cpuMs' | 'cpuMsByProcess' | 'load' | 'rssMb'>[];
}

async function measureScale(world: World, options: CommandOptions): Promise<CommandResult> {
  const [id] = options.subjects;
  const [workload] = SMALL_WORKLOAD;
  if (id === undefined || workload === undefined) throw new Error('--subjects: names nothing to measure');
  const installations: (Installation & { readonly subject: Subject })[] = [];
  for (const [label, scale] of SCALES) {
    report(`with ${label}`);
    const subject = await world.start(id, { scale });
    if ('missing' in subject) throw new Error(subject.missing);
    installations.push({ label, measurements: [], subject });
  }
  const durationMs = options.quick ? QUICK_RUN_MS : RUN_MS;
  for (const { subject } of installations) {
    // Also for a quick look: cold code is ten times as slow, and nothing could be seen.
    await warmUp(world, { subject, workloads: SMALL_WORKLOAD, quick: false });
  }
  for (let round = 0; round < options.rounds; round += 1) {
    report(`round ${round + 1} of ${options.rounds}`);
    for (const { subject, measurements } of installations) {
      world.signal.throwIfAborted();
      measurements.push(await measureOnce(world, { subject, workload, durationMs, round }));
    }
  }
  const rows = summariseScale(installations);
  return { rows, bounds: rows.slice(1).map(scaleBound) };
}

// Within 10 % is flat.
const FLAT = 1.1;

function scaleBound(row: ReportRow): Bound {
  const budget = `CPU with ${row['installation']}, against ${SCALES[0]?.[0]}`;
  return { budget, type: 'at most', bound: FLAT, unit: 'x', reached: numberIn(row, 'of small') };
}

/** CPU per request, and as a multiple of the first installation's in the same round. */
export function summariseScale(installations: readonly Installation[]): readonly ReportRow[] {
  const cpuOf = ({ cpuMs, load }: Installation['measurements'][number]): number => (cpuMs * 1_000) / load.requests;
  const small = installations[0]?.measurements ?? [];
  return installations.map(({ label, measurements }) => ({
    installation: label,
    'CPU µs': median(measurements.map(cpuOf)),
    'of small': median(
      measurements.map((one, round) => {
        const reference = small[round];
        return reference === undefined ? Number.NaN : cpuOf(one) / cpuOf(reference);
      }),
    ),
    'p50 ms': median(measurements.map(({ load }) => load.answerMs.p50 ?? Number.NaN)),
    'p99 ms': median(measurements.map(({ load }) => load.answerMs.p99 ?? Number.NaN)),
    'RSS MB': Math.round(median(measurements.map(({ rssMb }) => rssMb))),
    errors: measurements.reduce((sum, { load }) => sum + load.errors, 0),
  }));
}
