import { credentialOf } from '../__fixtures__/snapshot-builder.js';
import type { Candidate, Resolution } from '../resolve/resolve.js';
import { choose } from './choose.js';
import { planAttempts, roundPauseMs, worthAnotherRound } from './plan-attempts.js';

const candidate = (id: string, priority = 0): Candidate => ({ credential: credentialOf({ id, priority }), model: 'm' });
const resolution = (...targets: readonly (readonly Candidate[])[]): Resolution => ({
  model: 'm',
  targets: targets.map((candidates, index) => ({ name: `t${index}`, candidates })),
});
const ids = (candidates: readonly Candidate[]): string => candidates.map(({ credential }) => credential.id).join(' ');

describe('choose', () => {
  it('rotates by the cursor within a target', () => {
    const three = resolution([candidate('a'), candidate('b'), candidate('c')]);
    expect([0, 1, 2, 3].map((cursor) => ids(choose(three, () => cursor)))).toEqual([
      'a b c',
      'b c a',
      'c a b',
      'a b c',
    ]);
  });

  it('keeps a higher priority in front and targets in their order', () => {
    const chain = resolution([candidate('low'), candidate('high', 5)], [candidate('fallback', 9)]);
    expect(ids(choose(chain, () => 1))).toBe('high low fallback');
  });

  it('tries a candidate that two targets share once', () => {
    expect(ids(choose(resolution([candidate('a')], [candidate('a'), candidate('b')]), () => 0))).toBe('a b');
  });
});

describe('planAttempts', () => {
  it('passes over the candidates once, and request-retry times more', () => {
    const plan = planAttempts([candidate('a'), candidate('b')], { requestRetry: 1, maxRetryCredentials: 0 });
    expect(plan.map((step) => `${step.round}${step.candidate.credential.id}`)).toEqual(['0a', '0b', '1a', '1b']);
  });

  it('takes at most max-retry-credentials a round', () => {
    const plan = planAttempts([candidate('a'), candidate('b')], { requestRetry: 0, maxRetryCredentials: 1 });
    expect(plan.map((step) => step.candidate.credential.id)).toEqual(['a']);
  });
});

describe('rounds', () => {
  it('are not spent on a refused account or an unknown model', () => {
    expect(worthAnotherRound('upstream_auth_failed')).toBe(false);
    expect(worthAnotherRound('upstream_model_not_found')).toBe(false);
    expect(worthAnotherRound('upstream_rate_limited')).toBe(true);
  });

  it('are spaced by a doubling, bounded, half random pause', () => {
    expect([1, 2, 3, 9].map((round) => roundPauseMs(round, 0))).toEqual([100, 200, 400, 1_000]);
    expect([1, 9].map((round) => roundPauseMs(round, 1))).toEqual([200, 2_000]);
  });
});
