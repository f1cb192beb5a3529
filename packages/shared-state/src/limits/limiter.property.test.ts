import { testRedis } from '@switchyard/testkit';
import fc from 'fast-check';

import type { Amounts, Grant, Limiter, LimitRule, Verdict } from './limiter.js';
import { createMemoryLimiter } from './memory-limiter.js';
import { createRedisLimiter } from './redis-limiter.js';
import { amountOf, meterOf } from './rule-meter.js';

const IS_LONG = process.env.SWITCHYARD_TEST_LONG === '1';
const START = Date.UTC(2026, 1, 28, 23, 59, 0);

const RULES: readonly LimitRule[] = [
  { scope: 'key:k1', measure: 'requests', limit: 5 },
  { scope: 'key:k1', measure: 'tokens', limit: 1000, window: { type: 'rolling', ms: 7001 } },
  { scope: 'tenant:t', measure: 'tokens', limit: 2500, window: { type: 'calendar', unit: 'minute' } },
  { scope: 'tenant:t', measure: 'usd-micros', limit: 900, window: { type: 'calendar', unit: 'month' } },
  { scope: 'tenant:t', measure: 'usd-micros', limit: 700, window: { type: 'rolling', ms: 3_600_000 } },
  { scope: 'tenant:t:model:gpt-*', measure: 'requests', limit: 4, window: { type: 'rolling', ms: 59 } },
  { scope: 'key:k1', measure: 'concurrent', limit: 3 },
  { scope: 'tenant:t', measure: 'concurrent', limit: 4 },
];

type Step =
  | { readonly type: 'admit'; readonly rules: readonly LimitRule[]; readonly estimate: Amounts }
  /** Of the requests under way the one at `index`, modulo their number. */
  | { readonly type: 'settle'; readonly index: number; readonly share: number | undefined }
  | { readonly type: 'wait'; readonly ms: number };

const amounts = fc.record({ tokens: fc.nat(600), usdMicros: fc.nat(300) });

function steps(largestShare: number): fc.Arbitrary<Step[]> {
  const share = fc.option(fc.double({ min: 0, max: largestShare, noNaN: true }), { nil: undefined });
  const admit = fc.record({
    type: fc.constant('admit' as const),
    rules: fc.subarray([...RULES], { minLength: 1 }),
    estimate: amounts,
  });
  const settle = fc.record({ type: fc.constant('settle' as const), index: fc.nat(20), share });
  const wait = fc.record({
    type: fc.constant('wait' as const),
    ms: fc.oneof(
      // About as long as the windows are, and their buckets.
      {
        weight: 4,
        arbitrary: fc.constantFrom(1, 58, 59, 60, 117, 6900, 6990, 7001, 7118, 59_100, 59_900, 60_000, 61_000),
      },
      fc.integer({ min: 1, max: 200 }),
      fc.integer({ min: 200, max: 70_000 }),
      fc.constant(3_000_000),
    ),
  });
  return fc.array(
    fc.oneof({ weight: 5, arbitrary: admit }, { weight: 3, arbitrary: settle }, { weight: 2, arbitrary: wait }),
    {
      minLength: 10,
      maxLength: 60,
    },
  );
}

interface Held {
  readonly grant: Grant;
  readonly estimate: Amounts;
}

function truth({ estimate }: Held, share: number | undefined): Amounts | undefined {
  if (share === undefined) return undefined;
  return { tokens: Math.floor(estimate.tokens * share), usdMicros: Math.floor(estimate.usdMicros * share) };
}

function withoutGrant(verdict: Verdict): unknown {
  return verdict.type === 'admitted' ? { ...verdict, grant: 'a grant' } : verdict;
}

describe('limiters', () => {
  let nowMs = START;
  let redis: Limiter;

  beforeAll(async () => {
    const options = { nowMs: () => nowMs, leaseMs: 1e9, commandTimeoutMs: 5000, leaseAheadMs: 0 };
    redis = createRedisLimiter({ ...(await testRedis()), ...options });
  });

  afterAll(async () => {
    await redis.close();
  });

  it('answer alike in Redis and in memory, whatever happens in whatever order', async () => {
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(steps(3), async (script) => {
        nowMs = START;
        runs += 1;
        const tenantId = `t${runs}`;
        const memory = createMemoryLimiter({ nowMs: () => nowMs });
        const held: (readonly [Held, Held])[] = [];
        for (const step of script) {
          if (step.type === 'wait') nowMs += step.ms;
          if (step.type === 'admit') {
            const admission = { requestId: 'r', tenantId, rules: step.rules, estimate: step.estimate };
            const [one, other] = await Promise.all([redis.admit(admission), memory.admit(admission)]);
            expect(withoutGrant(one)).toEqual(withoutGrant(other));
            if (one.type === 'admitted' && other.type === 'admitted') {
              held.push([
                { grant: one.grant, estimate: step.estimate },
                { grant: other.grant, estimate: step.estimate },
              ]);
            }
          }
          if (step.type === 'settle' && held.length > 0) {
            const pair = held.splice(step.index % held.length, 1)[0] ?? [];
            await Promise.all(pair.map((one) => one.grant.settle(truth(one, step.share))));
          }
          expect(await redis.standings(tenantId, RULES)).toEqual(await memory.standings(tenantId, RULES));
        }
      }),
      { numRuns: IS_LONG ? 1000 : 40 },
    );
    expect(redis.isAlone).toBe(false);
  }, 120_000);

  it('never let a window of any beginning hold more than its limit, nor refuse what fits', async () => {
    await fc.assert(
      fc.asyncProperty(steps(1), async (script) => {
        nowMs = START;
        const memory = createMemoryLimiter({ nowMs: () => nowMs });
        const counted: { atMs: number; rules: readonly LimitRule[]; amounts: Amounts }[] = [];
        const held: (Held & { readonly entry: (typeof counted)[number] })[] = [];
        for (const step of script) {
          if (step.type === 'wait') nowMs += step.ms;
          if (step.type === 'admit') {
            const verdict = await memory.admit({ requestId: 'r', tenantId: 't', ...step });
            if (verdict.type === 'admitted') {
              const entry = { atMs: nowMs, rules: step.rules, amounts: step.estimate };
              counted.push(entry);
              held.push({ grant: verdict.grant, estimate: step.estimate, entry });
              for (const rule of step.rules) {
                if (rule.measure === 'concurrent') {
                  expect(held.filter(({ entry: { rules } }) => rules.includes(rule)).length).toBeLessThanOrEqual(
                    rule.limit,
                  );
                } else {
                  expect(usedWithin(counted, rule, nowMs, 0)).toBeLessThanOrEqual(rule.limit);
                }
              }
            } else if (verdict.rule.measure !== 'concurrent') {
              // What was refused does not fit into a window that is longer by one bucket.
              const { rule } = verdict;
              const needed = Math.max(1, amountOf(rule.measure, step.estimate));
              expect(usedWithin(counted, rule, nowMs, 1 / 60) + needed).toBeGreaterThan(rule.limit);
            }
          }
          if (step.type === 'settle' && held.length > 0) {
            const [one] = held.splice(step.index % held.length, 1);
            if (one === undefined) continue;
            const actual = truth(one, step.share);
            await one.grant.settle(actual);
            if (actual !== undefined) one.entry.amounts = actual;
          }
        }
      }),
      { numRuns: IS_LONG ? 20_000 : 500 },
    );
  }, 120_000);
});

/** Reckoned from the list of all that was ever admitted. */
function usedWithin(
  counted: readonly { atMs: number; rules: readonly LimitRule[]; amounts: Amounts }[],
  rule: LimitRule,
  nowMs: number,
  longerBy: number,
): number {
  const meter = meterOf(rule);
  const date = new Date(nowMs);
  const sinceMs =
    meter.type === 'rolling'
      ? nowMs - meter.spanMs - Math.ceil(meter.spanMs * longerBy) + 1
      : meter.type === 'calendar' && meter.unit === 'month'
        ? Date.UTC(date.getUTCFullYear(), date.getUTCMonth())
        : nowMs - (nowMs % 60_000);
  return counted
    .filter((entry) => entry.rules.includes(rule) && entry.atMs >= sinceMs)
    .reduce((sum, entry) => sum + amountOf(rule.measure, entry.amounts), 0);
}
