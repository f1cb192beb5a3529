import type { LoadJob, LoadResult } from './load/job.js';
import type { PolicyEvidence } from './policy/policy-evidence.js';
import { watchPolicies } from './policy/watch-policies.js';
import { processTreeCpuMs } from './processes/process-tree-cpu.js';
import { processTreeRssMb } from './processes/process-tree-memory.js';
import { commandCounts, countsBetween, type CommandCounts } from './redis/command-counts.js';
import { report } from './report/progress.js';
import type { Subject, SubjectId } from './subjects/subject.js';
import { STREAM, type Workload, type WorkloadName } from './workload.js';
import type { World } from './world.js';

/** One run of one workload against one subject. */
export interface Measurement extends SubjectId {
  readonly workload: WorkloadName;
  readonly round: number;
  /** All processes of the subject; 0 for one that has none. */
  readonly cpuMs: number;
  readonly cpuMsByProcess: Readonly<Record<string, number>>;
  readonly rssMb: number;
  /** What its Redis ran meanwhile; undefined for a subject without one. */
  readonly redisCommands?: CommandCounts | undefined;
  /** What was seen of its policies; undefined for a subject without any. */
  readonly policies?: PolicyEvidence | undefined;
  readonly load: LoadResult;
}

export interface MeasureOptions {
  readonly subjects: readonly Subject[];
  readonly workloads: readonly Workload[];
  readonly rounds: number;
  readonly durationMs: number;
}

/**
 * Measures every workload against every subject, round by round: what else the machine does in the meantime then
 * falls on all subjects alike, and each round starts with another subject.
 */
export async function measure(world: World, options: MeasureOptions): Promise<readonly Measurement[]> {
  const { subjects, workloads, rounds, durationMs } = options;
  const measurements: Measurement[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const workload of workloads) {
      report(`round ${round + 1} of ${rounds}: ${workload.name}`);
      for (const subject of rotated(measuredWith(subjects, workload), round)) {
        world.signal.throwIfAborted();
        const once = (): Promise<Measurement> => measureOnce(world, { subject, workload, round, durationMs });
        const watched = subject.profile === 'policy';
        measurements.push(await (watched ? watchPolicies(subject, { durationMs, measure: once }) : once()));
      }
    }
  }
  return measurements;
}

/** What is put on what, and for how long. */
export interface Run {
  readonly subject: Subject;
  readonly workload: Workload;
  readonly durationMs: number;
  /** No more requests than so many. */
  readonly maxRequests?: number | undefined;
}

/** Puts a workload on a subject, and reads before and after what its processes used. */
export async function measureOnce(world: World, run: Run & { readonly round: number }): Promise<Measurement> {
  const { subject, workload, round } = run;
  const { redisUrl } = subject;
  const commandsBefore = redisUrl === undefined ? {} : await commandCounts(redisUrl);
  const before = cpuByProcess(subject);
  const load = await runWorkload(world, run);
  const after = cpuByProcess(subject);
  const commandsAfter = redisUrl === undefined ? undefined : await commandCounts(redisUrl);
  const cpuMsByProcess = Object.fromEntries(
    Object.entries(after).map(([name, cpuMs]) => [name, cpuMs - (before[name] ?? 0)]),
  );
  return {
    subject: subject.subject,
    profile: subject.profile,
    workload: workload.name,
    round,
    cpuMs: Object.values(cpuMsByProcess).reduce((sum, value) => sum + value, 0),
    cpuMsByProcess,
    rssMb: subject.processes.reduce((sum, { pid }) => sum + processTreeRssMb(pid), 0),
    redisCommands: commandsAfter === undefined ? undefined : countsBetween(commandsBefore, commandsAfter),
    load,
  };
}

/** Puts a workload on a subject. */
export function runWorkload(world: World, { subject, workload, durationMs, maxRequests }: Run): Promise<LoadResult> {
  const job = jobFor(subject, {
    request: subject.translates ? workload.request : (workload.untranslated ?? workload.request),
    stream: workload.unit === 'chunk' ? STREAM : undefined,
    pace: { type: 'closed', concurrency: workload.concurrency },
    durationMs,
    maxRequests,
  });
  return world.generator.run(job, world.signal);
}

/** A job for the load generator, addressed to a subject. */
export function jobFor(
  { url, keys, models, headers = {} }: Subject,
  job: Omit<LoadJob, 'url' | 'keys' | 'models' | 'headers'>,
): LoadJob {
  return { url, keys, models, headers, ...job };
}

/** The CPU time of each of a subject's processes so far. */
export function cpuByProcess(subject: Subject): Readonly<Record<string, number>> {
  return Object.fromEntries(subject.processes.map(({ name, pid }) => [name, processTreeCpuMs(pid)]));
}

/** Who takes part: what a peer cannot do, it is not compared at. The floor and nothing at all are compared with always. */
export function measuredWith(subjects: readonly Subject[], workload: Workload): readonly Subject[] {
  return subjects.filter(
    ({ subject, translates }) => translates || workload.untranslated === undefined || subject !== 'portkey',
  );
}

function rotated<T>(items: readonly T[], by: number): readonly T[] {
  const start = by % Math.max(1, items.length);
  return [...items.slice(start), ...items.slice(0, start)];
}
