import { testRedis } from '@switchyard/testkit';
import fc from 'fast-check';
import { Redis } from 'ioredis';

import { LeasingWorld, PLACE_MS, type Fault } from './__fixtures__/leasing-world.js';
import { LimitCommands } from './limit-commands.js';
import type { Amounts, LimitRule } from './limiter.js';
import { reserve } from './reservation.js';
import { neededBy } from './rule-meter.js';

const IS_LONG = process.env.SWITCHYARD_TEST_LONG === '1';
const START = Date.UTC(2026, 1, 28, 23, 58, 30);
const REPLICAS = 3;

const REQUESTS: LimitRule = { scope: 'key:k1', measure: 'requests', limit: 150 };
const TOKENS: LimitRule = {
  scope: 'tenant:t',
  measure: 'tokens',
  limit: 20_000,
  window: { type: 'rolling', ms: 20_001 },
};
const MINUTE: LimitRule = {
  scope: 'key:k1',
  measure: 'usd-micros',
  limit: 9000,
  window: { type: 'calendar', unit: 'minute' },
};
const PLACES: LimitRule = { scope: 'key:k1', measure: 'concurrent', limit: 90 };
const SHARED: LimitRule = { scope: 'tenant:t', measure: 'concurrent', limit: 140 };
const RULES = [REQUESTS, TOKENS, MINUTE, PLACES, SHARED];
// Two keys of one tenant, and a model of its own.
const SUBJECTS: readonly (readonly LimitRule[])[] = [
  [REQUESTS, TOKENS, MINUTE, PLACES, SHARED],
  [TOKENS, SHARED],
  [REQUESTS, PLACES],
];

type Step =
  | {
      readonly type: 'burst';
      readonly replica: number;
      readonly subject: number;
      readonly size: number;
      readonly estimate: Amounts;
    }
  /** The share of a replica's requests under way that end, at which share of their estimates. */
  | { readonly type: 'settle'; readonly replica: number; readonly share: number; readonly used: number }
  | { readonly type: 'wait'; readonly ms: number }
  /** Nobody's timers run. */
  | { readonly type: 'stall'; readonly ms: number }
  | { readonly type: 'fault'; readonly replica: number; readonly fault: Fault }
  | { readonly type: 'crash'; readonly replica: number };

const replica = fc.nat(REPLICAS - 1);
const burst = fc.record({
  type: fc.constant('burst' as const),
  replica,
  subject: fc.nat(SUBJECTS.length - 1),
  size: fc.integer({ min: 1, max: 40 }),
  estimate: fc.record({ tokens: fc.constantFrom(0, 10, 90, 150, 3000), usdMicros: fc.constantFrom(0, 1, 40) }),
});
const settle = fc.record({
  type: fc.constant('settle' as const),
  replica,
  share: fc.double({ min: 0, max: 1, noNaN: true }),
  used: fc.double({ min: 0, max: 1, noNaN: true }),
});
const wait = fc.record({
  type: fc.constant('wait' as const),
  ms: fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(1, 20, 49, 50, 90, 149, 150, 151, 334) },
    { weight: 2, arbitrary: fc.integer({ min: 300, max: 5000 }) },
    fc.integer({ min: 5000, max: 70_000 }),
  ),
});
const rough = fc.oneof(
  fc.record({ type: fc.constant('stall' as const), ms: fc.integer({ min: 1, max: 2000 }) }),
  fc.record({
    type: fc.constant('fault' as const),
    replica,
    fault: fc.constantFrom('call' as const, 'answer' as const),
  }),
);
const crash = fc.record({ type: fc.constant('crash' as const), replica: fc.integer({ min: 1, max: REPLICAS - 1 }) });

const kindSteps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof({ weight: 6, arbitrary: burst }, { weight: 3, arbitrary: settle }, { weight: 3, arbitrary: wait }),
  { minLength: 10, maxLength: 40 },
);
const roughSteps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: burst },
    { weight: 6, arbitrary: settle },
    { weight: 6, arbitrary: wait },
    { weight: 4, arbitrary: rough },
    { weight: 1, arbitrary: crash },
  ),
  { minLength: 10, maxLength: 40 },
);

describe('limits that replicas lease room of', () => {
  let redis: Redis;
  let keyPrefix: string;
  let runs = 0;
  let leased = 0;

  beforeAll(async () => {
    const options = await testRedis();
    keyPrefix = options.keyPrefix;
    redis = new Redis(options.url);
  });

  afterAll(() => redis.disconnect());

  beforeEach(() => {
    leased = 0;
  });

  async function createWorld(): Promise<LeasingWorld> {
    runs += 1;
    const world = new LeasingWorld({ redis, keyPrefix, replicas: REPLICAS, tenantId: `t${runs}`, startMs: START });
    for (const one of world.replicas) await one.start();
    return world;
  }

  /** How much of each rule Redis counts. */
  async function usedInRedis(
    { tenantId, ...world }: LeasingWorld,
    rules: readonly LimitRule[],
  ): Promise<readonly number[]> {
    const commands = new LimitCommands({ keyPrefix, leaseMs: 1, nowMs: () => world.nowMs });
    const estimate = { tokens: 0, usdMicros: 0 };
    const reservation = reserve({ requestId: '', tenantId, rules, estimate }, 'look');
    return (await commands.look(redis, reservation)).map(({ used }) => used);
  }

  async function take(
    world: LeasingWorld,
    step: Step,
    onRefused: (rule: LimitRule, estimate: Amounts) => void,
  ): Promise<void> {
    switch (step.type) {
      case 'burst': {
        const [one, rules] = [world.replicas[step.replica], SUBJECTS[step.subject] ?? []];
        if (one === undefined || one.isDead) return;
        for (let i = 0; i < step.size; i += 1) {
          const refusedBy = await one.admit(rules, step.estimate);
          if (refusedBy !== undefined) onRefused(refusedBy, step.estimate);
          // Answers come while the burst goes on, but not at once.
          if (i % 4 === 3) await one.idle();
          if (refusedBy !== undefined) return;
        }
        return;
      }
      case 'settle': {
        const running = world.counted.filter(
          ({ isRunning, replica: at }) => isRunning && at === world.replicas[step.replica],
        );
        for (const entry of running.slice(0, Math.ceil(running.length * step.share))) {
          const tokens = Math.floor(entry.amounts.tokens * step.used);
          const usdMicros = Math.floor(entry.amounts.usdMicros * step.used);
          await entry.replica.settle(entry, { tokens, usdMicros });
        }
        return;
      }
      case 'wait':
        await world.pass(step.ms);
        return;
      case 'stall':
        world.nowMs += step.ms;
        return;
      case 'fault':
        Object.assign(world.replicas[step.replica] ?? {}, { fault: step.fault });
        return;
      case 'crash':
        world.replicas[step.replica]?.die();
    }
  }

  it('let in no more than fits, refuse nothing that fits, and get back all that was not used', async () => {
    await fc.assert(
      fc.asyncProperty(kindSteps, async (steps) => {
        const world = await createWorld();
        for (const step of steps) {
          await take(world, step, (rule, estimate) => {
            // What was refused does not fit into a window that is longer by one bucket.
            expect(world.usedOf(rule, 1 / 60) + neededBy(rule.measure, estimate)).toBeGreaterThan(rule.limit);
          });
          for (const rule of RULES) expect(world.usedOf(rule, 0)).toBeLessThanOrEqual(rule.limit);
        }
        await world.pass(400);
        const used = await usedInRedis(world, RULES);
        RULES.forEach((rule, index) => {
          expect(used[index]).toBeGreaterThanOrEqual(world.usedOf(rule, 0));
          expect(used[index]).toBeLessThanOrEqual(world.usedOf(rule, 1 / 60));
        });
        leased += world.leased;
      }),
      { numRuns: IS_LONG ? 2000 : 40, interruptAfterTimeLimit: 100_000 },
    );
    expect(leased).toBeGreaterThan(100);
  }, 600_000);

  it('let in no more than fits, whoever dies, stalls or is not heard, and get back the places of the dead', async () => {
    await fc.assert(
      fc.asyncProperty(roughSteps, async (steps) => {
        const world = await createWorld();
        for (const step of steps) {
          await take(world, step, () => undefined);
          for (const rule of RULES) expect(world.usedOf(rule, 0)).toBeLessThanOrEqual(rule.limit);
        }
        await world.pass(400);
        const used = await usedInRedis(world, RULES);
        RULES.forEach((rule, index) => expect(used[index]).toBeGreaterThanOrEqual(world.usedOf(rule, 0)));
        await world.pass(PLACE_MS + 1000);
        expect(await usedInRedis(world, [PLACES, SHARED])).toEqual([world.usedOf(PLACES, 0), world.usedOf(SHARED, 0)]);
        leased += world.leased;
      }),
      { numRuns: IS_LONG ? 2000 : 40, interruptAfterTimeLimit: 100_000 },
    );
    expect(leased).toBeGreaterThan(100);
  }, 600_000);
});
