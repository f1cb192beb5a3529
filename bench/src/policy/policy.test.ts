import { isTracedShare, policyEvidence, policyGaps } from './policy-evidence.js';
import { usedOf, type PolicyState } from './policy-state.js';

const BEFORE: PolicyState = {
  requests: 500,
  tokens: 9_000,
  usdMicros: 100,
  concurrent: 0,
  sharesLimits: true,
  sharesHealth: true,
  usageRecords: 500,
  requestsInMetrics: 500,
};
const DURING: PolicyState = { ...BEFORE, concurrent: 16 };
const AFTER: PolicyState = {
  ...BEFORE,
  requests: 800,
  tokens: 20_000,
  usdMicros: 400,
  usageRecords: 800,
  requestsInMetrics: 800,
};

const gapsWith = (what: { elapsedMs?: number; during?: Partial<PolicyState>; after?: Partial<PolicyState> }) =>
  policyGaps(
    policyEvidence(
      { requests: 300, elapsedMs: what.elapsedMs ?? 2_000 },
      {
        before: BEFORE,
        during: { ...DURING, ...what.during },
        after: { ...AFTER, ...what.after },
      },
    ),
  );

describe('the policies of a run', () => {
  it('are all seen at work', () => {
    expect(gapsWith({})).toEqual([]);
  });

  it.each([
    [{ after: { requests: 299 } }, 'limits counted 299 of 300 requests'],
    [{ after: { tokens: 0 } }, 'limits counted no tokens'],
    [{ after: { usdMicros: 100 } }, 'the budget was not charged'],
    [{ during: { concurrent: 0 } }, 'no lease was held while requests were under way'],
    [{ after: { concurrent: 2 } }, '2 leases were left'],
    [{ during: { sharesLimits: false } }, 'limits were not shared through Redis'],
    [{ after: { sharesHealth: false } }, 'health was not shared through Redis'],
    [{ after: { usageRecords: 799 } }, '299 usage records of 300 requests'],
    [{ after: { requestsInMetrics: 500 } }, 'metrics show 0 of 300 requests'],
  ])('are missed with %j', (what, gap) => {
    expect(gapsWith(what)).toEqual([gap]);
  });

  it('are counted in the last minute of a longer run', () => {
    expect(gapsWith({ elapsedMs: 100_000, after: { requests: 150 } })).toEqual([]);
    expect(gapsWith({ elapsedMs: 100_000, after: { requests: 149 } })).toHaveLength(1);
  });

  it('are read off the rule that counted most', () => {
    const limits = [
      { measure: 'requests', used: 3 },
      { measure: 'requests', used: 7 },
      { measure: 'usd-micros', used: 21 },
    ];
    expect(usedOf({ limits })).toEqual({ requests: 7, tokens: 0, usdMicros: 21, concurrent: 0 });
  });

  it('trace one request in a hundred, but for chance', () => {
    expect(isTracedShare(103, 10_000)).toBe(true);
    expect(isTracedShare(0, 10_000)).toBe(false);
    expect(isTracedShare(10_000, 10_000)).toBe(false);
    expect(isTracedShare(0, 50)).toBe(true);
  });
});
