import { measure, measuredWith } from './measure.js';
import { HELP, parseOptions, type BenchOptions } from './options.js';
import { checkPolicies } from './policy/check-policies.js';
import { saveProfiles } from './probe/save-profiles.js';
import { budgetsOf, roundTripVerdicts } from './report/budgets.js';
import { formatPolicies } from './report/format-policies.js';
import { formatRows } from './report/format-rows.js';
import { describeMachine, describeVersions, loadAverage, machineLine } from './report/machine.js';
import { report } from './report/progress.js';
import { saveFigures } from './report/save-figures.js';
import { summarise } from './report/summarise.js';
import type { MissingSubject, Subject } from './subjects/subject.js';
import { WORKLOADS, type Workload } from './workload.js';
import { warmUp } from './warm-up.js';
import { withWorld, type World } from './world.js';

/** `npm run bench`. */
export async function runBench(args: readonly string[], signal: AbortSignal): Promise<void> {
  const options = parseOptions(args);
  if (options.help) {
    console.log(HELP);
    return;
  }
  const now = new Date();
  const loadBefore = loadAverage();
  const { measurements, missing, policies } = await withWorld(signal, (world) => measureAll(world, options));
  const load = { before: loadBefore, after: loadAverage() };
  const rows = summarise(measurements, WORKLOADS).map((row) => ({ ...row, quotable: !options.quick }));
  console.log(
    `${machineLine()}, load average ${load.before.toFixed(1)} to ${load.after.toFixed(1)}; medians of ${options.rounds} rounds\n`,
  );
  console.log(formatRows(rows, { workloads: WORKLOADS, measurements, quick: options.quick }));
  console.log(`\n${formatPolicies(policies)}`);
  for (const { subject, missing: reason } of missing) console.log(`\n${subject} was not measured: ${reason}`);
  const machine = { ...describeMachine(), loadAverage: load };
  const budgets = [...rows.flatMap(budgetsOf), ...roundTripVerdicts(policies)];
  const figures = { machine, versions: describeVersions(), policies, budgets, rounds: measurements, rows };
  await saveFigures(figures, { name: 'bench', file: options.jsonFile, now });
}

async function measureAll(world: World, options: BenchOptions) {
  const started = await startAll(world, options);
  const subjects = started.flatMap((one) => ('missing' in one ? [] : one));
  const missing = started.flatMap((one) => ('missing' in one ? one : []));
  await warmUpAll(world, subjects, options);
  const measurements = await measure(world, { ...options, subjects, workloads: WORKLOADS });
  const policies = await checkPolicies(world, { subjects, durationMs: options.durationMs });
  if (options.profile) await saveProfiles(world, { subjects, workloads: WORKLOADS, durationMs: options.durationMs });
  for (const { subject, missing: reason } of missing) report(`${subject} was not measured: ${reason}`);
  return { measurements, missing, policies };
}

/**
 * One after the other; in a quick run the streams, which wait most of the time, all at once. The small requests come last, as what is
 * compiled for them is thrown away when the others bring something new.
 */
async function warmUpAll(world: World, subjects: readonly Subject[], { quick }: BenchOptions): Promise<void> {
  const workloadsOf = (subject: Subject): readonly Workload[] =>
    WORKLOADS.filter((workload) => measuredWith([subject], workload).length > 0);
  const isStreamed = ({ unit }: Workload): boolean => unit === 'chunk';
  for (const subject of subjects) {
    const workloads = workloadsOf(subject).filter((workload) => !quick || !isStreamed(workload));
    await warmUp(world, { subject, workloads: workloads.toReversed(), quick });
  }
  if (!quick) return;
  await Promise.all(
    subjects.map((subject) => warmUp(world, { subject, workloads: workloadsOf(subject).filter(isStreamed), quick })),
  );
}

/** All at once, as each waits for its servers most of the time. */
async function startAll(world: World, options: BenchOptions): Promise<readonly (Subject | MissingSubject)[]> {
  const starting = options.subjects.map((id) =>
    world.start(id, { probed: options.profile, processes: options.processes }),
  );
  // What has been started is closed only when no start is under way any more.
  await Promise.allSettled(starting);
  return Promise.all(starting);
}
