import type { Candidate } from '../resolve/candidate.js';
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
