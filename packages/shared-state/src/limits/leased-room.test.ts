import { startRedisProxy, startRedisServer, type PrivateRedis, type RedisProxy } from '@switchyard/testkit';
import { Redis } from 'ioredis';

import { eventually } from '../__fixtures__/snapshots.js';
import type { LeaseAnswer } from './lease-call.js';
import { LeasedRoom } from './leased-room.js';
import type { Grant, Limiter, LimitRule } from './limiter.js';
import { createRedisLimiter, type RedisLimiterOptions } from './redis-limiter.js';

const DAY = { type: 'calendar', unit: 'day' } as const;
const LIMIT = 100_000;
const RULES: readonly LimitRule[] = [
  { scope: 'key:k', measure: 'requests', limit: LIMIT, window: DAY },
  { scope: 'key:k', measure: 'tokens', limit: 100 * LIMIT, window: DAY },
  { scope: 'key:k', measure: 'concurrent', limit: LIMIT },
];
const ESTIMATE = { tokens: 10, usdMicros: 0 };

describe('leased room', () => {
  const ANSWER: LeaseAnswer = {
    requests: 12,
    places: 12,
    validMs: 150,
    nowMs: 5000,
    standings: [
      { used: 20, resetMs: 900 },
      { used: 200, resetMs: 800 },
      { used: 13, resetMs: 0 },
    ],
  };
  let nowMs: number;
  let room: LeasedRoom;

  beforeEach(() => {
    nowMs = 1000;
    room = new LeasedRoom({
      tenantId: 't',
      rules: RULES,
      holder: 'h',
      leaseMs: 150,
      nowMs: () => nowMs,
      onChange: () => undefined,
      onEnd: () => undefined,
    });
    for (let i = 0; i < 4; i += 1) room.admit(ESTIMATE);
    const call = room.planMore();
    if (call === undefined) throw new Error('four requests at once are worth a lease');
    room.answered(call, ANSWER);
  });

  it('is not asked for by a few requests', () => {
    const other = new LeasedRoom({
      tenantId: 't',
      rules: RULES,
      holder: 'h',
      leaseMs: 150,
      nowMs: () => nowMs,
      onChange: () => undefined,
      onEnd: () => undefined,
    });
    expect([other.admit(ESTIMATE), other.admit(ESTIMATE), other.planMore()]).toEqual([undefined, undefined, undefined]);
  });

  it('lets in as many as were granted, and nobody more', () => {
    const let12In = Array.from({ length: 12 }, () => room.admit(ESTIMATE)?.type);
    expect([new Set(let12In), room.admit(ESTIMATE)]).toEqual([new Set(['admitted']), undefined]);
  });

  it('lets nobody in after its time, though nothing has closed it', () => {
    nowMs += 149;
    expect(room.admit(ESTIMATE)?.type).toBe('admitted');
    nowMs += 1;
    expect(room.admit(ESTIMATE)).toBeUndefined();
  });

  it('tells how each rule stands: as Redis said, less what is left of the lease', () => {
    nowMs += 100;
    room.admit(ESTIMATE);
    expect(room.admit(ESTIMATE)?.standings).toEqual([
      { rule: RULES[0], remaining: LIMIT - 20 + 10, resetMs: 800 },
      { rule: RULES[1], remaining: 100 * LIMIT - 200 + 100, resetMs: 700 },
      { rule: RULES[2], remaining: LIMIT - 13 + 10, resetMs: 0 },
    ]);
  });

  it('has room again for what requests did not use', () => {
    const first = room.admit({ tokens: 115, usdMicros: 0 });
    expect(room.admit(ESTIMATE)).toBeUndefined();
    void first?.grant.settle({ tokens: 15, usdMicros: 0 });
    expect(room.admit(ESTIMATE)?.type).toBe('admitted');
  });

  it('tells of a lease that is over with the call that renews the next one, and not at each turn', () => {
    const calls: { readonly atMs: number; readonly told: number; readonly wants: boolean }[] = [];
    for (let turn = 1; turn <= 8; turn += 1) {
      // A timer of 50 ms comes a little late.
      for (let ms = 0; ms < 51; ms += 3) {
        nowMs += 3;
        void room.admit(ESTIMATE)?.grant.settle(ESTIMATE);
      }
      const call = room.plan();
      if (call === undefined) continue;
      calls.push({ atMs: nowMs - 1000, told: call.told.length, wants: call.wanted !== undefined });
      const requests = call.wanted?.requests ?? 0;
      room.answered(call, { ...ANSWER, requests, places: call.wanted?.places ?? 0 });
    }
    // The first lease, of 12 requests, is used up before its time.
    expect(calls).toEqual([
      { atMs: 51, told: 0, wants: true },
      { atMs: 153, told: 1, wants: true },
      { atMs: 255, told: 1, wants: true },
      { atMs: 357, told: 1, wants: true },
    ]);
  });

  it('tells of a lease at once where the next call may come too late for who waits for what lies unused', () => {
    for (let ms = 0; ms < 102; ms += 3) {
      nowMs += 3;
      void room.admit(ESTIMATE)?.grant.settle(ESTIMATE);
    }
    const renewal = room.plan();
    if (renewal?.wanted === undefined) throw new Error('a lease of which less than half is left is renewed');
    room.answered(renewal, { ...ANSWER, requests: renewal.wanted.requests, places: 0 });
    nowMs += 59;
    room.admit(ESTIMATE);
    expect(room.plan()).toMatchObject({ told: [{ requests: 12 }], wanted: undefined });
  });

  it('gives back what it did not use at the next turn but one', () => {
    room.admit(ESTIMATE);
    room.plan();
    nowMs += 50;
    const call = room.plan();
    expect(call?.told).toMatchObject([{ requests: 1, tokens: 10 }]);
    expect(call?.places).toMatchObject({ held: 1, free: 0 });
    expect(call?.wanted).toBeUndefined();
  });
});

describe('a limiter that leases', () => {
  let redis: PrivateRedis;
  let direct: Redis;
  let proxy: RedisProxy;
  const opened: Limiter[] = [];

  beforeEach(async () => {
    redis = await startRedisServer();
    direct = new Redis(redis.url);
    proxy = await startRedisProxy(redis.url);
  });

  afterEach(async () => {
    for (const limiter of opened.splice(0)) await limiter.close();
    direct.disconnect();
    await proxy.close();
    await redis.stop();
  });

  async function create(more: Partial<RedisLimiterOptions> = {}): Promise<Limiter> {
    const limiter = createRedisLimiter({ url: proxy.url, commandTimeoutMs: 2000, probeMs: 20, ...more });
    opened.push(limiter);
    await eventually(() => !limiter.isAlone);
    return limiter;
  }

  /** How often any script ran. */
  async function scriptCalls(): Promise<number> {
    const statistics = await direct.info('commandstats');
    const calls = [...statistics.matchAll(/^cmdstat_eval(?:sha)?:calls=(\d+)/gmu)].map(([, count]) => Number(count));
    return calls.reduce((sum, count) => sum + count, 0);
  }

  async function admitOne(limiter: Limiter, rules: readonly LimitRule[] = RULES): Promise<Grant> {
    const verdict = await limiter.admit({ requestId: 'r', tenantId: 't', rules, estimate: ESTIMATE });
    if (verdict.type !== 'admitted') throw new Error(`rejected by ${JSON.stringify(verdict.rule)}`);
    return verdict.grant;
  }

  /** What is not used comes back soon. */
  async function untilUsed(witness: Limiter, expected: readonly number[]): Promise<void> {
    const deadlineMs = performance.now() + 2000;
    for (;;) {
      const used = (await witness.standings('t', RULES)).map(({ rule, remaining }) => rule.limit - remaining);
      if (performance.now() > deadlineMs) expect(used).toEqual(expected);
      if (used.every((amount, index) => amount === expected[index])) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** So many requests, some at once every few milliseconds, which end soon after. */
  async function stream(limiter: Limiter, count: number): Promise<void> {
    for (let i = 0; i < count; i += 10) {
      const grants = await Promise.all(Array.from({ length: 10 }, () => admitOne(limiter)));
      await new Promise((resolve) => setTimeout(resolve, 2));
      for (const grant of grants) await grant.settle({ tokens: 3, usdMicros: 0 });
    }
  }

  it('asks Redis once at most for a limited request, and never for one without limits', async () => {
    const limiter = await create({ heartbeatMs: 60_000 });
    await admitOne(limiter);
    const before = await scriptCalls();
    for (let i = 0; i < 20; i += 1) await admitOne(limiter, []);
    expect(await scriptCalls()).toBe(before);
    for (let i = 0; i < 5; i += 1) {
      await admitOne(limiter, [...RULES]);
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    expect(await scriptCalls()).toBe(before + 5);
  });

  it('asks Redis seldom where many requests come, and Redis knows what they used', async () => {
    const limiter = await create({ heartbeatMs: 60_000 });
    const before = await scriptCalls();
    await stream(limiter, 2000);
    // Each asking by itself would be 4,000: to be let in, and to settle.
    expect((await scriptCalls()) - before).toBeLessThan(1000);
    const witness = await create();
    await untilUsed(witness, [2000, 6000, 0]);
  });

  it('counts nothing twice and loses nothing where Redis goes away and comes back under way', async () => {
    const limiter = await create();
    await stream(limiter, 300);
    const held = await Promise.all(Array.from({ length: 20 }, () => admitOne(limiter)));
    await proxy.refuse();
    await eventually(() => limiter.isAlone);
    await stream(limiter, 50);
    for (const grant of held.slice(0, 5)) await grant.settle({ tokens: 1, usdMicros: 0 });
    await proxy.pass();
    await eventually(() => !limiter.isAlone);
    await stream(limiter, 300);
    const witness = await create();
    // Five are settled at 1, fifteen are under way at 10.
    await untilUsed(witness, [670, 650 * 3 + 5 + 150, 15]);
  });

  it('refuses nobody for places that it holds itself, though it was held up for longer than Redis waits for them', async () => {
    let nowMs = Date.now();
    const limiter = await create({ nowMs: () => nowMs, heartbeatMs: 60_000 });
    const rules: readonly LimitRule[] = [{ scope: 'key:k', measure: 'concurrent', limit: 100 }];
    const sooner = Array.from({ length: 50 }, () => admitOne(limiter, rules));
    // What they have leased lies behind them on its way to Redis and back.
    nowMs += 1000;
    const later = Array.from({ length: 50 }, () => admitOne(limiter, rules));
    expect(await Promise.all([...sooner, ...later])).toHaveLength(100);
    await expect(admitOne(limiter, rules)).rejects.toThrow('rejected');
  });

  it('leaves nothing leased behind when it is closed', async () => {
    const limiter = await create();
    const witness = await create();
    let count = 0;
    for (let isAtOnce = false; !isAtOnce; count += 1) {
      const verdict = limiter.admit({ requestId: 'r', tenantId: 't', rules: RULES, estimate: ESTIMATE });
      isAtOnce = !(verdict instanceof Promise);
      await verdict;
    }
    await limiter.close();
    const used = (await witness.standings('t', RULES)).map(({ rule, remaining }) => rule.limit - remaining);
    expect(used).toEqual([count, 10 * count, count]);
  });
});
