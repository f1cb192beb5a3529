import { describeRejection } from './describe-rejection.js';
import type { LimitRule } from './limiter.js';

const ESTIMATE = { tokens: 12_000, usdMicros: 2_500_000 };

function describeOver(rule: LimitRule, retryAfterMs: number): string {
  return describeRejection({ type: 'rejected', rule, reason: 'used-up', retryAfterMs, standings: [] }, ESTIMATE);
}

describe('describeRejection', () => {
  it.each<[LimitRule, number, string]>([
    [
      { scope: 'key:k', measure: 'requests', limit: 60 },
      1,
      "the key's limit of 60 requests per minute. Retry in 1 second.",
    ],
    [
      { scope: 'tenant:t', measure: 'concurrent', limit: 1 },
      1000,
      "the tenant's limit of 1 request at once. Retry in 1 second.",
    ],
    [
      { scope: 'tenant:t', measure: 'usd-micros', limit: 50_000_000, window: { type: 'calendar', unit: 'day' } },
      60_001,
      "the tenant's limit of 50.00 US dollars per day. Retry in 61 seconds.",
    ],
    [
      { scope: 'key:k:model:gpt-*', measure: 'tokens', limit: 5000, window: { type: 'rolling', ms: 86_400_000 } },
      2000,
      "the key's model's limit of 5000 tokens in any day. Retry in 2 seconds.",
    ],
    [
      { scope: 'key:k', measure: 'tokens', limit: 5000, window: { type: 'rolling', ms: 1500 } },
      2000,
      "the key's limit of 5000 tokens in any 1500 milliseconds. Retry in 2 seconds.",
    ],
  ])('tells which limit is used up, and when it is not: %j', (rule, retryAfterMs, expected) => {
    expect(describeOver(rule, retryAfterMs)).toBe(`This request would exceed ${expected}`);
  });

  it('says of a request that is too large how large it is', () => {
    const rule: LimitRule = { scope: 'key:k', measure: 'tokens', limit: 10_000 };
    expect(
      describeRejection({ type: 'rejected', rule, reason: 'too-large', retryAfterMs: 0, standings: [] }, ESTIMATE),
    ).toBe(
      "This request alone may need 12000 tokens, which is more than the key's limit of 10000 tokens per minute ever allows. " +
        'Lower its output ceiling or shorten it.',
    );
  });
});
