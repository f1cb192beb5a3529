import type { PolicyState } from './policy-state.js';

/** What was seen of a subject's policies in one run, beyond what they had counted before it. */
export interface PolicyEvidence {
  /** That were sent, and their answers. */
  readonly requests: number;
  readonly elapsedMs: number;
  /** What the key's limits have counted: of the last minute, with the runs before this one. */
  readonly requestsCounted: number;
  readonly tokensCounted: number;
  readonly usdMicrosCounted: number;
  /** In the middle of the run, and behind it. */
  readonly leasesHeld: number;
  readonly leasesLeft: number;
  readonly sharesLimits: boolean;
  readonly sharesHealth: boolean;
  readonly usageRecords: number;
  readonly requestsInMetrics: number;
}

export function policyEvidence(
  { requests, elapsedMs }: Pick<PolicyEvidence, 'requests' | 'elapsedMs'>,
  {
    before,
    during,
    after,
  }: { readonly before: PolicyState; readonly during: PolicyState; readonly after: PolicyState },
): PolicyEvidence {
  return {
    requests,
    elapsedMs,
    requestsCounted: after.requests,
    tokensCounted: after.tokens,
    usdMicrosCounted: after.usdMicros - before.usdMicros,
    leasesHeld: during.concurrent,
    leasesLeft: after.concurrent,
    sharesLimits: during.sharesLimits && after.sharesLimits,
    sharesHealth: during.sharesHealth && after.sharesHealth,
    usageRecords: after.usageRecords - before.usageRecords,
    requestsInMetrics: after.requestsInMetrics - before.requestsInMetrics,
  };
}

// A little less than the minute over which limits count.
const COUNTED_MS = 50_000;

/** What a subject did not do that its policies ask for; nothing where all of them ran. */
export function policyGaps(evidence: PolicyEvidence): readonly string[] {
  const { requests, elapsedMs } = evidence;
  // Of a long run the window holds only the end.
  const inWindow = Math.floor(requests * Math.min(1, COUNTED_MS / elapsedMs));
  const gaps: readonly (readonly [boolean, string])[] = [
    [evidence.requestsCounted >= inWindow, `limits counted ${evidence.requestsCounted} of ${inWindow} requests`],
    [evidence.tokensCounted > 0, 'limits counted no tokens'],
    [evidence.usdMicrosCounted > 0, 'the budget was not charged'],
    [evidence.leasesHeld > 0, 'no lease was held while requests were under way'],
    [evidence.leasesLeft === 0, `${evidence.leasesLeft} leases were left`],
    [evidence.sharesLimits, 'limits were not shared through Redis'],
    [evidence.sharesHealth, 'health was not shared through Redis'],
    [evidence.usageRecords >= requests, `${evidence.usageRecords} usage records of ${requests} requests`],
    [evidence.requestsInMetrics >= requests, `metrics show ${evidence.requestsInMetrics} of ${requests} requests`],
  ];
  return gaps.flatMap(([isThere, gap]) => (isThere ? [] : gap));
}

// One request in a hundred is traced: beyond this it is another share, or chance of one in a million.
const TRACED_SHARE = 0.01;
const DEVIATIONS = 5;

/** Whether so many traces of so many requests are 1 %. */
export function isTracedShare(traces: number, requests: number): boolean {
  const expected = requests * TRACED_SHARE;
  return Math.abs(traces - expected) <= DEVIATIONS * Math.sqrt(expected) + 1;
}
