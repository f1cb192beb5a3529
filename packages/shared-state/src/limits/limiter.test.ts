import { testRedis } from '@switchyard/testkit';

import { eventually } from '../__fixtures__/snapshots.js';
import type { Admission, Limiter, LimitRule, Verdict } from './limiter.js';
import { createMemoryLimiter } from './memory-limiter.js';
import { createRedisLimiter } from './redis-limiter.js';

type Create = (nowMs: () => number) => Promise<Limiter>;

// The clock of these tests is their own, in both: Redis's would have to be waited for.
const IMPLEMENTATIONS: readonly [string, Create][] = [
  ['memory', async (nowMs) => createMemoryLimiter({ nowMs })],
  [
    'redis',
    async (nowMs) => createRedisLimiter({ ...(await testRedis()), nowMs, leaseMs: 1e9, commandTimeoutMs: 2000 }),
  ],
];

const START = Date.UTC(2026, 0, 31, 23, 59, 30);
const MINUTE = 60_000;

const KEY: LimitRule = { scope: 'key:k1', measure: 'requests', limit: 3 };
const TOKENS: LimitRule = { scope: 'tenant:t1', measure: 'tokens', limit: 1000 };
const MONTH: LimitRule = {
  scope: 'tenant:t1',
  measure: 'usd-micros',
  limit: 5_000_000,
  window: { type: 'calendar', unit: 'month' },
};
const CONCURRENT: LimitRule = { scope: 'key:k1', measure: 'concurrent', limit: 2 };

describe.each(IMPLEMENTATIONS)('a limiter in %s', (_name, create) => {
  let limiter: Limiter;
  let nowMs = START;

  beforeEach(async () => {
    nowMs = START;
    limiter = await create(() => nowMs);
    await eventually(() => !limiter.isAlone);
  });

  afterEach(async () => {
    // Or the one over Redis has answered from memory.
    expect(limiter.isAlone).toBe(false);
    await limiter.close();
  });

  async function admit(rules: readonly LimitRule[], more: Partial<Admission> = {}): Promise<Verdict> {
    return limiter.admit({ requestId: 'r', tenantId: 't1', rules, estimate: { tokens: 0, usdMicros: 0 }, ...more });
  }

  function tokens(amount: number): Partial<Admission> {
    return { estimate: { tokens: amount, usdMicros: 0 } };
  }

  async function remaining(...rules: readonly LimitRule[]): Promise<readonly number[]> {
    return (await limiter.standings('t1', rules)).map((standing) => standing.remaining);
  }

  it('admits a request without limits', async () => {
    expect(await admit([])).toMatchObject({ type: 'admitted', standings: [] });
  });

  it('admits as many requests as the limit says, and tells each what is left', async () => {
    const verdicts = [await admit([KEY]), await admit([KEY]), await admit([KEY]), await admit([KEY])];
    expect(verdicts.map(({ type }) => type)).toEqual(['admitted', 'admitted', 'admitted', 'rejected']);
    expect(verdicts.map(({ standings }) => standings[0]?.remaining)).toEqual([2, 1, 0, 0]);
    expect(verdicts[0]?.standings[0]?.rule).toBe(KEY);
  });

  it('counts the requests of a minute that begins at any moment', async () => {
    await admit([KEY]);
    nowMs += 40_000;
    await admit([KEY]);
    await admit([KEY]);
    nowMs = START + MINUTE - 1;
    expect(await admit([KEY])).toMatchObject({ type: 'rejected' });
    nowMs = START + MINUTE + 1000;
    expect(await admit([KEY])).toMatchObject({ type: 'admitted' });
    expect(await admit([KEY])).toMatchObject({ type: 'rejected' });
  });

  it('tells when the same request will fit, to the millisecond', async () => {
    await admit([TOKENS], tokens(300));
    nowMs += 20_500;
    await admit([TOKENS], tokens(600));
    const verdict = await admit([TOKENS], tokens(500));
    if (verdict.type !== 'rejected') throw new Error('700 do not fit into what 900 have left');
    nowMs += verdict.retryAfterMs - 1;
    expect(await admit([TOKENS], tokens(500))).toMatchObject({ type: 'rejected', retryAfterMs: 1 });
    nowMs += 1;
    expect(await admit([TOKENS], tokens(500))).toMatchObject({ type: 'admitted' });
  });

  it('charges nothing for a rejected request, under no rule', async () => {
    await admit([TOKENS], tokens(900));
    await admit([KEY, CONCURRENT, MONTH, TOKENS], { estimate: { tokens: 200, usdMicros: 7 } });
    expect(await remaining(KEY, CONCURRENT, MONTH, TOKENS)).toEqual([3, 2, 5_000_000, 100]);
  });

  it('names the rule that takes longest to give way, of those that are over', async () => {
    await admit([KEY, MONTH], { estimate: { tokens: 0, usdMicros: 5_000_000 } });
    await admit([KEY]);
    await admit([KEY]);
    // The month ends in 30 seconds, the minute counts for another 60.
    expect(await admit([MONTH, KEY])).toMatchObject({ type: 'rejected', rule: KEY, reason: 'used-up' });
    expect(await admit([MONTH])).toMatchObject({ type: 'rejected', rule: MONTH, retryAfterMs: 30_000 });
  });

  it.each([
    ['minute', Date.UTC(2026, 1, 1)],
    ['hour', Date.UTC(2026, 1, 1)],
    ['day', Date.UTC(2026, 1, 1)],
    ['week', Date.UTC(2026, 1, 2)],
    ['month', Date.UTC(2026, 1, 1)],
  ] as const)('begins anew with the next %s of the calendar', async (unit, next) => {
    const rule: LimitRule = { scope: 'key:k1', measure: 'requests', limit: 1, window: { type: 'calendar', unit } };
    expect(await admit([rule])).toMatchObject({ standings: [{ remaining: 0, resetMs: next - START }] });
    nowMs = next - 1;
    expect(await admit([rule])).toMatchObject({ type: 'rejected', retryAfterMs: 1 });
    nowMs = next;
    expect(await admit([rule])).toMatchObject({ type: 'admitted' });
  });

  it('replaces the estimate by the truth', async () => {
    const verdict = await admit([TOKENS, MONTH], { estimate: { tokens: 800, usdMicros: 400 } });
    if (verdict.type !== 'admitted') throw new Error('nothing else is counted');
    await verdict.grant.settle({ tokens: 120, usdMicros: 900 });
    expect(await remaining(TOKENS, MONTH)).toEqual([880, 4_999_100]);
  });

  it('settles once, however often it is told', async () => {
    const verdict = await admit([TOKENS, CONCURRENT], tokens(800));
    if (verdict.type !== 'admitted') throw new Error('nothing else is counted');
    await Promise.all([verdict.grant.settle({ tokens: 100, usdMicros: 0 }), verdict.grant.settle(undefined)]);
    await verdict.grant.settle({ tokens: 5, usdMicros: 0 });
    expect(await remaining(TOKENS, CONCURRENT)).toEqual([900, 2]);
  });

  it('lets the estimate stand where the truth is not known', async () => {
    const verdict = await admit([TOKENS, CONCURRENT], tokens(800));
    if (verdict.type !== 'admitted') throw new Error('nothing else is counted');
    await verdict.grant.settle(undefined);
    expect(await remaining(TOKENS, CONCURRENT)).toEqual([200, 2]);
  });

  it('settles where the request was counted, as long as that counts', async () => {
    const early = await admit([TOKENS], tokens(0));
    nowMs += 30_000;
    const late = await admit([TOKENS], tokens(500));
    nowMs = START + 50_000;
    if (early.type !== 'admitted' || late.type !== 'admitted') throw new Error('both fit');
    await early.grant.settle({ tokens: 300, usdMicros: 0 });
    expect(await remaining(TOKENS)).toEqual([200]);
    nowMs = START + 62_000;
    expect(await remaining(TOKENS)).toEqual([500]);
    nowMs = START + 95_000;
    await late.grant.settle({ tokens: 900, usdMicros: 0 });
    expect(await remaining(TOKENS)).toEqual([1000]);
  });

  it('counts what a request truly used, even where that is more than the limit', async () => {
    const verdict = await admit([TOKENS], tokens(10));
    if (verdict.type !== 'admitted') throw new Error('nothing else is counted');
    await verdict.grant.settle({ tokens: 5000, usdMicros: 0 });
    expect(await remaining(TOKENS)).toEqual([0]);
    expect(await admit([TOKENS], tokens(0))).toMatchObject({
      type: 'rejected',
      reason: 'used-up',
      retryAfterMs: 61_000 - (START % 1000),
    });
  });

  it('refuses a request that is larger than the whole limit at once, and says that waiting is no use', async () => {
    expect(await admit([KEY, TOKENS], tokens(1001))).toMatchObject({
      type: 'rejected',
      rule: TOKENS,
      reason: 'too-large',
      retryAfterMs: 0,
    });
    expect(await remaining(KEY, TOKENS)).toEqual([3, 1000]);
  });

  it('holds as many requests at once as the limit says', async () => {
    const first = await admit([CONCURRENT]);
    await admit([CONCURRENT], { requestId: 'the same id again' });
    expect(await admit([CONCURRENT])).toMatchObject({ type: 'rejected', rule: CONCURRENT, retryAfterMs: 1000 });
    if (first.type !== 'admitted') throw new Error('nothing else is counted');
    await first.grant.settle(undefined);
    expect(await admit([CONCURRENT])).toMatchObject({ type: 'admitted', standings: [{ remaining: 0 }] });
  });

  it('takes requests with the same id for different ones', async () => {
    const verdicts = await Promise.all([admit([KEY]), admit([KEY]), admit([KEY]), admit([KEY])]);
    expect(verdicts.filter(({ type }) => type === 'admitted')).toHaveLength(3);
  });

  it('keeps tenants, scopes and windows apart', async () => {
    const hourly: LimitRule = { ...KEY, window: { type: 'rolling', ms: 60 * MINUTE } };
    await admit([KEY, hourly, { ...KEY, scope: 'key:k2' }]);
    await admit([KEY], { tenantId: 't2' });
    nowMs += 2 * MINUTE;
    expect(await remaining(KEY, hourly, { ...KEY, scope: 'key:k2' })).toEqual([3, 2, 3]);
  });

  it('counts a request once where two rules share a count', async () => {
    const lower: LimitRule = { ...KEY, limit: 2 };
    await admit([KEY, lower]);
    expect(await remaining(KEY, lower)).toEqual([2, 1]);
    await admit([KEY, lower]);
    expect(await admit([KEY, lower])).toMatchObject({ type: 'rejected', rule: lower });
    expect(await admit([KEY])).toMatchObject({ type: 'admitted' });
  });

  it('takes amounts that are not whole, negative or endless', async () => {
    await admit([TOKENS], tokens(0.2));
    await admit([TOKENS], tokens(-50));
    await admit([TOKENS], tokens(Number.NaN));
    expect(await remaining(TOKENS)).toEqual([999]);
  });

  it('counts amounts beyond what a text of 14 digits holds', async () => {
    const rule: LimitRule = { ...MONTH, limit: 9_007_199_254_740_991 };
    await admit([rule], { estimate: { tokens: 0, usdMicros: 8_000_000_000_001 } });
    await admit([rule], { estimate: { tokens: 0, usdMicros: 8_000_000_000_002 } });
    expect(await remaining(rule)).toEqual([9_007_199_254_740_991 - 16_000_000_000_003]);
  });
});
