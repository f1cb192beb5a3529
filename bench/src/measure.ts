import { processTreeCpuMs } from './cpu/process-tree-cpu.js';
import type { LoadResult } from './load/job.js';
import { load } from './load/start-load.js';
import type { Subject } from './subjects/subject.js';
import type { Workload } from './workload.js';

/** One run of one workload against one subject. */
export interface Measurement {
  readonly workload: string;
  readonly subject: string;
  readonly round: number;
  /** All processes of the subject. */
  readonly cpuMs: number;
  readonly cpuMsByProcess: Readonly<Record<string, number>>;
  readonly load: LoadResult;
}

export interface MeasureOptions {
  readonly subjects: readonly Subject[];
  readonly workloads: readonly Workload[];
  readonly rounds: number;
  readonly durationMs: number;
  readonly warmUpMs: number;
  readonly signal: AbortSignal;
  readonly report: (line: string) => void;
}

/**
 * Measures every workload against every subject, round by round: what else the machine does in the meantime then
 * falls on all subjects alike, and each round starts with another subject.
 */
export async function measure(options: MeasureOptions): Promise<readonly Measurement[]> {
  const { subjects, workloads, rounds, report } = options;
  for (const subject of subjects) await warmUp(subject, options);
  const measurements: Measurement[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const workload of workloads) {
      for (const subject of rotated(subjects, round)) {
        options.signal.throwIfAborted();
        report(`round ${round + 1} of ${rounds}: ${workload.name} through ${subject.name}`);
        measurements.push(await measureOnce(subject, workload, { round, durationMs: options.durationMs }));
      }
    }
  }
  return measurements;
}

/** Compilers and connection pools settle before anything counts. */
async function warmUp(subject: Subject, { workloads, warmUpMs, signal, report }: MeasureOptions): Promise<void> {
  for (const workload of workloads) {
    signal.throwIfAborted();
    report(`warming up ${subject.name}: ${workload.name}`);
    const { errors, firstError } = await load(jobOf(subject, workload, warmUpMs));
    if (errors > 0) throw new Error(`${subject.name} fails ${workload.name}: ${errors} errors, first: ${firstError}`);
  }
}

async function measureOnce(
  subject: Subject,
  workload: Workload,
  { round, durationMs }: { readonly round: number; readonly durationMs: number },
): Promise<Measurement> {
  const before = cpuByProcess(subject);
  const result = await load(jobOf(subject, workload, durationMs));
  const after = cpuByProcess(subject);
  const cpuMsByProcess = Object.fromEntries(
    Object.entries(after).map(([name, cpuMs]) => [name, cpuMs - (before[name] ?? 0)]),
  );
  const cpuMs = Object.values(cpuMsByProcess).reduce((sum, value) => sum + value, 0);
  return { workload: workload.name, subject: subject.name, round, cpuMs, cpuMsByProcess, load: result };
}

function jobOf(subject: Subject, workload: Workload, durationMs: number) {
  return { url: subject.url, key: subject.key, stream: workload.stream, pace: workload.pace, durationMs };
}

function cpuByProcess(subject: Subject): Readonly<Record<string, number>> {
  return Object.fromEntries(subject.processes.map(({ name, pid }) => [name, processTreeCpuMs(pid)]));
}

function rotated(subjects: readonly Subject[], by: number): readonly Subject[] {
  const start = by % subjects.length;
  return [...subjects.slice(start), ...subjects.slice(0, start)];
}
