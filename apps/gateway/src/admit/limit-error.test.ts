import type { ErrorCode } from '@switchyard/canonical';
import type { LimitRule } from '@switchyard/shared-state';

import { limitError } from './limit-error.js';

const MINUTE = { type: 'rolling', ms: 60_000 } as const;
const DAY = { type: 'calendar', unit: 'day' } as const;
const ESTIMATE = { tokens: 50, usdMicros: 50 };

const rejected = (rule: LimitRule, reason: 'used-up' | 'too-large' = 'used-up') =>
  ({ type: 'rejected', rule, reason, retryAfterMs: 4_000, standings: [] }) as const;

describe('limitError', () => {
  it.each<[LimitRule, ErrorCode]>([
    [{ scope: 'key:k', measure: 'requests', limit: 60, window: MINUTE }, 'rate_limited'],
    [{ scope: 'key:k', measure: 'tokens', limit: 9, window: MINUTE }, 'rate_limited'],
    [{ scope: 'key:k', measure: 'tokens', limit: 9, window: DAY }, 'budget_exhausted'],
    [{ scope: 'key:k', measure: 'usd-micros', limit: 9, window: MINUTE }, 'budget_exhausted'],
    [{ scope: 'key:k', measure: 'concurrent', limit: 3 }, 'concurrency_limited'],
  ])('says what kind of limit it is: %j is %s', (rule, code) => {
    const error = limitError(rejected(rule), ESTIMATE);
    expect([error.code, error.status, error.retryAfterMs]).toEqual([code, 429, 4_000]);
    expect(error.message).toContain(String(rule.measure === 'usd-micros' ? '0.00' : rule.limit));
  });

  it('does not ask to come back with what never fits', () => {
    const rule: LimitRule = { scope: 'key:k', measure: 'tokens', limit: 9, window: MINUTE };
    const error = limitError(rejected(rule, 'too-large'), ESTIMATE);
    expect(error.retryAfterMs).toBeUndefined();
    expect(error.message).toContain('50 tokens');
  });
});
