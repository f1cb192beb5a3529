import type { Measurement } from '../measure.js';
import type { SubjectId } from '../subjects/subject.js';
import type { Workload, WorkloadName } from '../workload.js';

/** One line of the report: medians over the rounds. Null is what there is none of. */
export interface Row extends SubjectId {
  readonly workload: WorkloadName;
  /** Of a request, or of a chunk; of all the subject's processes. */
  readonly cpuMs: number | null;
  /** As a multiple of the floor's in the same round. */
  readonly ratioToFloor: number | null;
  readonly ratioToPortkey: number | null;
  /** Of a whole answer; for chunks the way from the upstream to the client. */
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  /** From the request to the first text of a stream. */
  readonly ttftP99Ms: number | null;
  readonly rssMb: number | null;
  /** By command, with those that its scripts run; null for a subject without Redis. */
  readonly redisCommandsPerRequest: Readonly<Record<string, number>> | null;
}

/** Figures per workload and subject, in the order in which they were measured. */
export function summarise(measurements: readonly Measurement[], workloads: readonly Workload[]): readonly Row[] {
  return workloads.flatMap((workload) => {
    const own = measurements.filter((one) => one.workload === workload.name);
    return subjectsOf(own).map((id) => rowOf(workload, id, own));
  });
}

function rowOf(workload: Workload, id: SubjectId, measurements: readonly Measurement[]): Row {
  const own = measurements.filter((one) => isOf(one, id));
  const streams = workload.unit === 'chunk';
  return {
    subject: id.subject,
    profile: id.profile,
    workload: workload.name,
    cpuMs: medianOf(own, (one) => unitCpuMs(one, workload)),
    ratioToFloor: ratioTo('floor', own, { measurements, workload }),
    ratioToPortkey: ratioTo('portkey', own, { measurements, workload }),
    p50Ms: medianOf(own, ({ load }) => (streams ? load.chunkMs : load.answerMs).p50),
    p99Ms: medianOf(own, ({ load }) => (streams ? load.chunkMs : load.answerMs).p99),
    ttftP99Ms: medianOf(own, ({ load }) => load.firstTokenMs.p99),
    rssMb: medianOf(own, ({ rssMb }) => (rssMb > 0 ? rssMb : undefined)),
    redisCommandsPerRequest: redisCommandsPerRequest(own),
  };
}

function redisCommandsPerRequest(own: readonly Measurement[]): Readonly<Record<string, number>> | null {
  const counted = own.filter(({ redisCommands }) => redisCommands !== undefined);
  if (counted.length === 0) return null;
  const names = new Set(counted.flatMap(({ redisCommands = {} }) => Object.keys(redisCommands)));
  return Object.fromEntries(
    [...names]
      .toSorted()
      .map((name) => [
        name,
        medianOf(counted, ({ redisCommands, load }) => (redisCommands?.[name] ?? 0) / load.requests) ?? 0,
      ]),
  );
}

/** The CPU time of each process, per request or chunk. */
export function cpuByProcess(
  measurements: readonly Measurement[],
  workload: Workload,
  id: SubjectId,
): Readonly<Record<string, number>> {
  const own = measurements.filter((one) => one.workload === workload.name && isOf(one, id));
  const names = Object.keys(own[0]?.cpuMsByProcess ?? {});
  return Object.fromEntries(
    names.map((name) => [name, medianOf(own, (one) => (one.cpuMsByProcess[name] ?? 0) / unitsOf(one, workload)) ?? 0]),
  );
}

/** Rounds are compared with each other before they are summed up, so that what changed between them drops out. */
function ratioTo(
  other: 'floor' | 'portkey',
  own: readonly Measurement[],
  { measurements, workload }: { readonly measurements: readonly Measurement[]; readonly workload: Workload },
): number | null {
  return medianOf(own, (one) => {
    const reference = measurements.find(({ subject, round }) => subject === other && round === one.round);
    const cpuMs = unitCpuMs(one, workload);
    const referenceCpuMs = reference === undefined ? undefined : unitCpuMs(reference, workload);
    return cpuMs === undefined || referenceCpuMs === undefined ? undefined : cpuMs / referenceCpuMs;
  });
}

function unitCpuMs(one: Measurement, workload: Workload): number | undefined {
  return Object.keys(one.cpuMsByProcess).length === 0 ? undefined : one.cpuMs / unitsOf(one, workload);
}

function unitsOf({ load }: Measurement, { unit }: Workload): number {
  return unit === 'chunk' ? load.chunks : load.requests;
}

function isOf(one: SubjectId, { subject, profile }: SubjectId): boolean {
  return one.subject === subject && one.profile === profile;
}

function subjectsOf(measurements: readonly Measurement[]): readonly SubjectId[] {
  const ofFirstRound = measurements.filter(({ round }) => round === 0);
  return ofFirstRound.map(({ subject, profile }) => ({ subject, profile }));
}

function medianOf<T>(items: readonly T[], figure: (item: T) => number | undefined): number | null {
  const values = items.map(figure).filter((value) => value !== undefined && Number.isFinite(value));
  return values.length === 0 ? null : median(values.flatMap((value) => value ?? []));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
