import { measure } from './measure.js';
import { HELP, parseOptions, type BenchOptions } from './options.js';
import { saveProfiles } from './probe/save-profiles.js';
import { formatRows } from './report/format-rows.js';
import { describeMachine, describeVersions, loadAverage, machineLine } from './report/machine.js';
import { report } from './report/progress.js';
import { saveFigures } from './report/save-figures.js';
import { summarise } from './report/summarise.js';
import { requestBody, requestPath } from './request-body.js';
import { subjectLabel, type MissingSubject, type Subject } from './subjects/subject.js';
import { WORKLOADS } from './workload.js';
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
  const { measurements, missing } = await withWorld(signal, (world) => measureAll(world, options));
  const load = { before: loadBefore, after: loadAverage() };
  const rows = summarise(measurements, WORKLOADS);
  console.log(
    `${machineLine()}, load average ${load.before.toFixed(1)} to ${load.after.toFixed(1)}; medians of ${options.rounds} rounds\n`,
  );
  console.log(formatRows(rows, { workloads: WORKLOADS, measurements }));
  for (const { subject, missing: reason } of missing) console.log(`\n${subject} was not measured: ${reason}`);
  const machine = { ...describeMachine(), loadAverage: load };
  const figures = { machine, versions: describeVersions(), rounds: measurements, rows };
  await saveFigures(figures, { name: 'bench', file: options.jsonFile, now });
}

async function measureAll(world: World, options: BenchOptions) {
  const started = await startAll(world, options);
  const subjects = started.flatMap((one) => ('missing' in one ? [] : one));
  const missing = started.flatMap((one) => ('missing' in one ? one : []));
  const measurements = await measure(world, { ...options, subjects, workloads: WORKLOADS });
  await checkPolicies(world, subjects);
  if (options.profile) await saveProfiles(world, { subjects, workloads: WORKLOADS, durationMs: options.durationMs });
  for (const { subject, missing: reason } of missing) report(`${subject} was not measured: ${reason}`);
  return { measurements, missing };
}

/** All at once, as each waits for its servers most of the time. */
async function startAll(world: World, options: BenchOptions): Promise<readonly (Subject | MissingSubject)[]> {
  const starting = options.subjects.map((id) => world.start(id, { probed: options.profile }));
  // What has been started is closed only when no start is under way any more.
  await Promise.allSettled(starting);
  return Promise.all(starting);
}

/** A policy that was not switched on would cost nothing. */
async function checkPolicies(world: World, subjects: readonly Subject[]): Promise<void> {
  const withPolicy = subjects.filter(({ profile }) => profile === 'policy');
  if (withPolicy.length > 0 && world.spans() === 0)
    throw new Error('no traces were exported, one in a hundred should be');
  for (const subject of withPolicy) {
    const response = await fetch(`${subject.url}${requestPath('chat-2k')}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${subject.keys[0]}` },
      body: requestBody('chat-2k', subject.models[0] ?? ''),
    });
    await response.arrayBuffer();
    for (const measure of ['requests', 'tokens']) {
      const header = `x-ratelimit-limit-${measure}`;
      if (!response.headers.has(header)) throw new Error(`${subjectLabel(subject)} answers without ${header}`);
    }
  }
}
