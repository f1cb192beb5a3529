import type { LimitRule } from '@switchyard/shared-state';

import { limitError } from './limit-error.js';

const MINUTE = { type: 'rolling', ms: 60_000 } as const;
const DAY = { type: 'calendar', unit: 'day' } as const;

const errorOf = (rule: LimitRule, retryAfterMs: number) => {
  const { code, message } = limitError({ type: 'rejected', rule, retryAfterMs, standings: [] });
  return `${code}: ${message}`;
};

describe('limitError', () => {
  it.each<[LimitRule, string]>([
    [
      { scope: 'key:k', measure: 'requests', limit: 60, window: MINUTE },
      "rate_limited: the key's limit of 60 requests a minute is reached: retry in 2 s",
    ],
    [
      { scope: 'tenant:t', measure: 'tokens', limit: 9, window: MINUTE },
      "rate_limited: the tenant's limit of 9 tokens a minute is reached: retry in 2 s",
    ],
    [
      { scope: 'tenant:t', measure: 'tokens', limit: 9, window: DAY },
      "budget_exhausted: the tenant's limit of 9 tokens a day is reached: retry in 2 s",
    ],
    [
      { scope: 'key:k:model:opus-*', measure: 'usd-micros', limit: 1_500_000, window: { type: 'rolling', ms: 5_000 } },
      "budget_exhausted: the key's budget of $1.5 in any 5 s for models like opus-* is reached: retry in 2 s",
    ],
    [
      { scope: 'key:k', measure: 'concurrent', limit: 3 },
      "concurrency_limited: the key's limit of 3 requests at once is reached: wait until one of them ends",
    ],
  ])('says which limit and whose: %j', (rule, expected) => {
    expect(errorOf(rule, 1_001)).toBe(expected);
  });

  it('tells when to come back', () => {
    const rule: LimitRule = { scope: 'key:k', measure: 'requests', limit: 1, window: MINUTE };
    const { retryAfterMs, status } = limitError({ type: 'rejected', rule, retryAfterMs: 4_000, standings: [] });
    expect([retryAfterMs, status]).toEqual([4_000, 429]);
  });
});
