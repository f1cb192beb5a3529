import { ERROR_CODES, type ErrorCode } from '@switchyard/canonical';
import { roundPauseMs, worthAnotherRound, type Candidate, type PlannedAttempt } from '@switchyard/routing';
import type { AttemptEnd, AttemptOpen, AttemptReply, AttemptTransport } from '@switchyard/wire';

/** One attempt, for the log. */
export interface AttemptRecord {
  readonly provider: string;
  readonly credential: string;
  readonly model: string;
  readonly outcome: AttemptEnd['outcome'];
  readonly errorCode?: ErrorCode | undefined;
  readonly upstreamStatus?: number | undefined;
  readonly durationMs: number;
  /** The part of it spent waiting for the upstream. */
  readonly waitedMs: number;
}

export interface DispatchJob {
  readonly plan: readonly PlannedAttempt[];
  readonly body: Buffer;
  readonly reply: AttemptReply & { readonly committed: boolean };
  readonly transport: AttemptTransport;
  readonly signal: AbortSignal;
  /** The attempt's message for a candidate; `ordinal` counts from 1. */
  open(candidate: Candidate, ordinal: number): AttemptOpen;
  onAttemptStart(candidate: Candidate): void;
  onAttemptEnd(record: AttemptRecord): void;
  nowMs(): number;
  random(): number;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/**
 * Sends attempts until one answers. Before the first content reached the client a failure that is not the request's own
 * goes on to the next planned candidate; after it, the attempt that began the answer also ends it.
 *
 * @returns the end of the last attempt; an empty plan is a programming error.
 */
export async function dispatch(job: DispatchJob): Promise<AttemptEnd> {
  const lastFailure = new Map<Candidate, ErrorCode>();
  let round = 0;
  let ordinal = 0;
  let end: AttemptEnd | undefined;
  for (const { candidate, round: stepRound } of job.plan) {
    const failedWith = lastFailure.get(candidate);
    if (failedWith !== undefined && !worthAnotherRound(failedWith)) continue;
    if (stepRound > round) {
      round = stepRound;
      await job.sleep(roundPauseMs(round, job.random()), job.signal);
    }
    if (job.signal.aborted) break;
    ordinal += 1;
    end = await attemptOnce(job, candidate, ordinal);
    if (isFinal(end, job)) return end;
    if (end.error !== undefined) lastFailure.set(candidate, end.error.code);
  }
  return end ?? { outcome: 'cancelled', dropped: [], timings: { preparedMs: 0, totalMs: 0 } };
}

async function attemptOnce(job: DispatchJob, candidate: Candidate, ordinal: number): Promise<AttemptEnd> {
  job.onAttemptStart(candidate);
  const startedAtMs = job.nowMs();
  const end = await job.transport.attempt(job.open(candidate, ordinal), job.body, job.reply, job.signal);
  job.onAttemptEnd({
    provider: candidate.credential.provider,
    credential: candidate.credential.id,
    model: candidate.model,
    outcome: end.outcome,
    errorCode: end.error?.code,
    upstreamStatus: end.upstreamStatus,
    durationMs: job.nowMs() - startedAtMs,
    waitedMs: Math.max(0, end.timings.totalMs - end.timings.preparedMs),
  });
  return end;
}

function isFinal(end: AttemptEnd, job: DispatchJob): boolean {
  if (end.outcome !== 'error' || end.error === undefined) return true;
  if (job.reply.committed || job.signal.aborted) return true;
  const { retryable, scope } = ERROR_CODES[end.error.code];
  return !retryable || scope === 'gateway';
}
