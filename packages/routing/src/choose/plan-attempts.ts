import type { ErrorCode } from '@switchyard/canonical';

import type { Candidate } from '../resolve/resolve.js';
import type { RoutingSettings } from '../snapshot/snapshot.js';

export interface PlannedAttempt {
  readonly candidate: Candidate;
  /** 0 for the first pass over the candidates. */
  readonly round: number;
}

/**
 * Every attempt a request may make, in order: one pass over the candidates and `request-retry` further ones, each of at
 * most `max-retry-credentials` candidates (0: all).
 */
export function planAttempts(
  candidates: readonly Candidate[],
  settings: Pick<RoutingSettings, 'requestRetry' | 'maxRetryCredentials'>,
): readonly PlannedAttempt[] {
  const perRound = settings.maxRetryCredentials === 0 ? candidates : candidates.slice(0, settings.maxRetryCredentials);
  return Array.from({ length: settings.requestRetry + 1 }, (_, round) =>
    perRound.map((candidate) => ({ candidate, round })),
  ).flat();
}

// A refused account or an unknown model answers the same on the next round; these may not.
const TRANSIENT: ReadonlySet<ErrorCode> = new Set([
  'upstream_rate_limited',
  'upstream_overloaded',
  'upstream_server_error',
  'upstream_malformed',
  'upstream_truncated',
  'upstream_network_error',
  'upstream_timeout',
  'worker_lost',
  'no_worker',
]);

/** Whether a candidate that failed so deserves another try in a later round. */
export function worthAnotherRound(code: ErrorCode): boolean {
  return TRANSIENT.has(code);
}

/**
 * The pause before a later round begins, in milliseconds: 200 doubling to at most 2,000, half of it random so that
 * replicas do not return in step.
 */
export function roundPauseMs(round: number, random: number): number {
  const ceiling = Math.min(2_000, 200 * 2 ** (round - 1));
  return Math.round(ceiling / 2 + (ceiling / 2) * random);
}
