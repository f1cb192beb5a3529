import { setTimeout as sleep } from 'node:timers/promises';

import { runWorkload } from '../measure.js';
import { commandsPerRequest, traceCommands, type Purpose } from '../redis/command-trace.js';
import { report } from '../report/progress.js';
import { subjectLabel, type Subject, type SubjectId } from '../subjects/subject.js';
import { WORKLOADS } from '../workload.js';
import type { World } from '../world.js';
import { isTracedShare } from './policy-evidence.js';
import { openPolicyReader } from './policy-state.js';

/** What was verified beside the single runs, whose evidence stands with them. */
export interface PolicyReport {
  /** Null without a subject that has policies. */
  readonly traces: { readonly requests: number; readonly traces: number } | null;
  /** What was sent to each subject's Redis, per request of 2 KB, by what it was for. */
  readonly redis: readonly (SubjectId & { readonly perRequest: CommandsByPurpose })[];
}

export type CommandsByPurpose = Readonly<Partial<Record<Purpose, Readonly<Record<string, number>>>>>;

const TRACED_AT_MOST_MS = 1_000;
// As long as an exporter collects spans, and a little.
const EXPORTED_WITHIN_MS = 7_000;
const EXPORTED_POLL_MS = 200;

/**
 * Counts what is sent to Redis for a request and what for, and all traces.
 *
 * @throws Error when they are not 1 % of the requests.
 */
export async function checkPolicies(
  world: World,
  { subjects, durationMs }: { readonly subjects: readonly Subject[]; readonly durationMs: number },
): Promise<PolicyReport> {
  const traces = await checkTraces(world, subjects);
  const redis: (SubjectId & { readonly perRequest: CommandsByPurpose })[] = [];
  for (const subject of subjects) {
    const { profile, redisUrl } = subject;
    if (redisUrl === undefined) continue;
    const perRequest = await commandsOf(world, { subject, redisUrl, durationMs });
    redis.push({ subject: subject.subject, profile, perRequest });
  }
  return { traces, redis };
}

interface Traced {
  readonly subject: Subject;
  readonly redisUrl: string;
  readonly durationMs: number;
}

async function commandsOf(world: World, { subject, redisUrl, ...run }: Traced): Promise<CommandsByPurpose> {
  const [workload] = WORKLOADS;
  if (workload === undefined) return {};
  report(`counting what ${subjectLabel(subject)} asks its Redis`);
  let requests = 0;
  const traced = await traceCommands(redisUrl, async () => {
    const durationMs = Math.min(TRACED_AT_MOST_MS, run.durationMs);
    ({ requests } = await runWorkload(world, { subject, workload, durationMs }));
  });
  return commandsPerRequest(traced, Math.max(1, requests));
}

async function checkTraces(world: World, subjects: readonly Subject[]): Promise<PolicyReport['traces']> {
  const withPolicy = subjects.filter(({ profile }) => profile === 'policy');
  if (withPolicy.length === 0) return null;
  const requests = (await Promise.all(withPolicy.map(requestsSoFar))).reduce((sum, count) => sum + count, 0);
  const deadline = performance.now() + EXPORTED_WITHIN_MS;
  for (;;) {
    const traces = world.traces();
    if (isTracedShare(traces, requests)) return { requests, traces };
    if (performance.now() > deadline) throw new Error(`${traces} traces of ${requests} requests, 1 % should be`);
    await sleep(EXPORTED_POLL_MS);
  }
}

async function requestsSoFar(subject: Subject): Promise<number> {
  const reader = await openPolicyReader(subject);
  try {
    return (await reader.read()).requestsInMetrics;
  } finally {
    reader.close();
  }
}
