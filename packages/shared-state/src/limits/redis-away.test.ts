import {
  middleOf,
  startRedisProxy,
  startRedisServer,
  testRedis,
  type PrivateRedis,
  type RedisProxy,
} from '@switchyard/testkit';
import { Redis } from 'ioredis';

import { eventually } from '../__fixtures__/snapshots.js';
import type { Grant, Limiter, LimitRule, Verdict } from './limiter.js';
import { createRedisLimiter, type RedisLimiterOptions } from './redis-limiter.js';

const DAY = { type: 'calendar', unit: 'day' } as const;
const REQUESTS: LimitRule = { scope: 'tenant:t', measure: 'requests', limit: 12, window: DAY };
const TOKENS: LimitRule = { scope: 'tenant:t', measure: 'tokens', limit: 10_000, window: DAY };
const CONCURRENT: LimitRule = { scope: 'tenant:t', measure: 'concurrent', limit: 6 };
const ALL = [REQUESTS, TOKENS, CONCURRENT];

// 50 ms is the promise; this process and its timers may be held up by others on the machine.
const HELD_UP_MS = 900;

async function admit(limiter: Limiter, rules: readonly LimitRule[] = ALL): Promise<Verdict> {
  return limiter.admit({ requestId: 'r', tenantId: 't', rules, estimate: { tokens: 100, usdMicros: 0 } });
}

async function grantOf(verdict: Promise<Verdict>): Promise<Grant> {
  const settled = await verdict;
  if (settled.type !== 'admitted') throw new Error(`rejected by ${JSON.stringify(settled.rule)}`);
  return settled.grant;
}

async function used(limiter: Limiter): Promise<readonly number[]> {
  expect(limiter.isAlone).toBe(false);
  return (await limiter.standings('t', ALL)).map(({ rule, remaining }) => rule.limit - remaining);
}

describe('a limiter whose Redis is away', () => {
  let redis: { readonly url: string; readonly keyPrefix: string };
  let proxy: RedisProxy;
  const opened: { close(): Promise<void> }[] = [];

  beforeEach(async () => {
    redis = await testRedis();
    proxy = await startRedisProxy(redis.url);
  });

  afterEach(async () => {
    for (const one of opened.splice(0)) await one.close();
    await proxy.close();
  });

  function createAway(more: Partial<RedisLimiterOptions> = {}): Limiter {
    const options = { keyPrefix: redis.keyPrefix, url: proxy.url, probeMs: 20, heartbeatMs: 50, leaseMs: 600, ...more };
    const limiter = createRedisLimiter(options);
    opened.push(limiter);
    return limiter;
  }

  async function create(more: Partial<RedisLimiterOptions> = {}): Promise<Limiter> {
    const limiter = createAway(more);
    await eventually(() => !limiter.isAlone);
    return limiter;
  }

  /** One that sees Redis as it is. */
  function createWitness(): Promise<Limiter> {
    return create({ url: redis.url, commandTimeoutMs: 2000, heartbeatMs: 60_000 });
  }

  it.each<[string, () => void | Promise<void>]>([
    ['refused', () => proxy.refuse()],
    ['hanging', () => proxy.hang()],
    ['slow', () => proxy.slowDown(1_500)],
  ])('goes on by itself where Redis is %s, and no request waits for long', async (_name, breakIt) => {
    const errors: Error[] = [];
    const limiter = await create({ onError: (error) => errors.push(error) });
    await grantOf(admit(limiter));
    expect(limiter.isAlone).toBe(false);
    await breakIt();

    const startedAt = performance.now();
    const atOnce = await Promise.all([admit(limiter), admit(limiter), admit(limiter)]);
    expect(performance.now() - startedAt).toBeLessThan(50 + HELD_UP_MS);
    expect([limiter.isAlone, atOnce.map(({ type }) => type)]).toEqual([true, ['admitted', 'admitted', 'admitted']]);

    const againAt = performance.now();
    for (let i = 0; i < 50; i += 1) await admit(limiter);
    expect(performance.now() - againAt).toBeLessThan(HELD_UP_MS);
    expect(errors).toHaveLength(1);

    await proxy.pass();
    await eventually(() => !limiter.isAlone);
    expect((await used(limiter))[0]).toBe(6);
  });

  it('stays on its own as long as Redis is slower than requests may wait', async () => {
    const limiter = await create();
    proxy.slowDown(120);
    await admit(limiter);
    const tookMs = await middleOf(20, async () => {
      const startedAt = performance.now();
      await admit(limiter);
      const oneMs = performance.now() - startedAt;
      expect(limiter.isAlone).toBe(true);
      await new Promise((resolve) => setTimeout(resolve, 20));
      return oneMs;
    });
    expect(tookMs).toBeLessThan(10);
  });

  it('decides at once where Redis was never there', async () => {
    await proxy.refuse();
    const limiter = createAway();
    const startedAt = performance.now();
    expect(await admit(limiter)).toMatchObject({ type: 'admitted' });
    expect(performance.now() - startedAt).toBeLessThan(50 + HELD_UP_MS);
    await proxy.pass();
    await eventually(() => !limiter.isAlone);
    expect(await used(limiter)).toEqual([1, 100, 1]);
  });

  it('enforces its share of the limit, by the number of replicas that were there last', async () => {
    const [one, other] = await Promise.all([create(), create(), create()]);
    await eventually(() => one.replicas === 3 && other?.replicas === 3);
    await grantOf(admit(one, [REQUESTS]));
    await grantOf(admit(one, [REQUESTS]));
    await proxy.refuse();
    await eventually(() => one.isAlone);
    // A third of 12, of which two are used.
    const verdicts = [await admit(one, [REQUESTS]), await admit(one, [REQUESTS]), await admit(one, [REQUESTS])];
    expect(verdicts.map(({ type }) => type)).toEqual(['admitted', 'admitted', 'rejected']);
    const single: LimitRule = { ...REQUESTS, scope: 'key:k', limit: 1 };
    expect(await admit(one, [single])).toMatchObject({ type: 'admitted' });
    expect(await admit(one, [single])).toMatchObject({ type: 'rejected', reason: 'used-up' });
  });

  it('forgets replicas that are gone', async () => {
    const [one, other] = await Promise.all([create(), create()]);
    await eventually(() => one.replicas === 2);
    await other.close();
    await eventually(() => one.replicas === 1);
  });

  it('tells Redis afterwards what was admitted and settled without it, and what is still under way', async () => {
    const [limiter, witness] = [await create(), await createWitness()];
    const before = await grantOf(admit(limiter));
    const alsoBefore = await grantOf(admit(limiter));
    await proxy.refuse();
    await eventually(() => limiter.isAlone);
    const without = await grantOf(admit(limiter));
    const underWay = await grantOf(admit(limiter));
    await before.settle({ tokens: 7, usdMicros: 0 });
    await without.settle({ tokens: 20, usdMicros: 0 });
    await proxy.pass();
    await eventually(() => !limiter.isAlone);
    // Two are settled at 7 and 20, two are under way at 100 each.
    expect(await used(witness)).toEqual([4, 227, 2]);
    await underWay.settle({ tokens: 300, usdMicros: 0 });
    await alsoBefore.settle({ tokens: 0, usdMicros: 0 });
    expect(await used(witness)).toEqual([4, 327, 0]);
  });

  it('counts nothing twice where an answer was lost on its way', async () => {
    const [limiter, witness] = [await create(), await createWitness()];
    const grant = await grantOf(admit(limiter));
    proxy.slowDown(150);
    await grant.settle({ tokens: 1, usdMicros: 0 });
    expect(limiter.isAlone).toBe(true);
    await proxy.pass();
    await eventually(() => !limiter.isAlone);
    proxy.slowDown(150);
    const doubtful = await grantOf(admit(limiter));
    expect(limiter.isAlone).toBe(true);
    await proxy.pass();
    await eventually(() => !limiter.isAlone);
    expect(await used(witness)).toEqual([2, 101, 1]);
    await doubtful.settle({ tokens: 50, usdMicros: 0 });
    expect(await used(witness)).toEqual([2, 51, 0]);
  });

  it('takes back what Redis counts of a request that was refused meanwhile, even when it counts it late', async () => {
    const [limiter, witness] = [await create(), await createWitness()];
    const alone: LimitRule = { ...CONCURRENT, scope: 'key:k', limit: 5 };
    // The share of five replicas is one, which is taken.
    await Promise.all([create(), create(), create()]);
    await eventually(() => limiter.replicas === 5);
    await grantOf(admit(limiter, [alone, TOKENS]));
    proxy.hang();
    expect(await admit(limiter, [alone, TOKENS])).toMatchObject({ type: 'rejected' });
    proxy.cut();
    await proxy.pass();
    await eventually(() => !limiter.isAlone);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const standings = await witness.standings('t', [alone, TOKENS]);
    expect(standings.map(({ rule, remaining }) => rule.limit - remaining)).toEqual([1, 100]);
  });

  it('remembers a bounded number of ended requests, and says what it forgot', async () => {
    const errors: Error[] = [];
    const limiter = await create({ backlog: 3, onError: (error) => errors.push(error) });
    await grantOf(admit(limiter));
    await proxy.refuse();
    await eventually(() => limiter.isAlone);
    for (let i = 0; i < 5; i += 1) await (await grantOf(admit(limiter))).settle({ tokens: 10, usdMicros: 0 });
    await proxy.pass();
    await eventually(() => !limiter.isAlone);
    expect(await used(limiter)).toEqual([4, 130, 1]);
    expect(errors.at(-1)?.message).toMatch(/^2 requests ended/u);
  });

  it('keeps the places of requests under way, and gives back those of a replica that is gone', async () => {
    const [limiter, gone, witness] = await Promise.all([create(), create({ heartbeatMs: 60_000 }), createWitness()]);
    await grantOf(admit(limiter, [CONCURRENT]));
    await grantOf(admit(gone, [CONCURRENT]));
    expect((await used(witness))[2]).toBe(2);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect((await used(witness))[2]).toBe(1);
  });

  it('leaves no key without an expiry', async () => {
    const limiter = await create();
    const rolling: LimitRule = { ...TOKENS, window: { type: 'rolling', ms: 86_400_000 } };
    const grant = await grantOf(admit(limiter, [...ALL, rolling]));
    await grantOf(admit(limiter, ALL));
    await grant.settle({ tokens: 500, usdMicros: 1 });
    const direct = new Redis(redis.url);
    const keys = await direct.keys(`${redis.keyPrefix}*`);
    const expiries = await Promise.all(keys.map((key) => direct.pttl(key)));
    direct.disconnect();
    expect(keys.length).toBeGreaterThanOrEqual(6);
    expect(Math.min(...expiries)).toBeGreaterThan(0);
  });
});

describe('a limiter whose Redis is killed', () => {
  it('goes on with an empty one that comes in its place, and has it count what is under way', async () => {
    const first: PrivateRedis = await startRedisServer();
    const port = Number(new URL(first.url).port);
    const limiter = createRedisLimiter({ url: first.url, probeMs: 20 });
    await eventually(() => !limiter.isAlone);
    const grant = await grantOf(admit(limiter));
    await (await grantOf(admit(limiter))).settle({ tokens: 10, usdMicros: 0 });
    await first.stop();
    await eventually(() => limiter.isAlone);
    const without = await grantOf(admit(limiter));
    const second = await startRedisServer({ port });
    await eventually(() => !limiter.isAlone);
    expect(await used(limiter)).toEqual([2, 200, 2]);
    await grant.settle({ tokens: 1, usdMicros: 0 });
    await without.settle({ tokens: 2, usdMicros: 0 });
    expect(await used(limiter)).toEqual([2, 3, 0]);
    await limiter.close();
    await second.stop();
  });

  it('takes a Redis that has become a replica for away, until it is a master again', async () => {
    const server = await startRedisServer();
    const limiter = createRedisLimiter({ url: server.url, probeMs: 20 });
    const operator = new Redis(server.url);
    await eventually(() => !limiter.isAlone);
    await grantOf(admit(limiter));
    await operator.replicaof('127.0.0.1', 1);
    await grantOf(admit(limiter));
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(limiter.isAlone).toBe(true);
    await operator.replicaof('NO', 'ONE');
    await eventually(() => !limiter.isAlone);
    expect(await used(limiter)).toEqual([2, 200, 2]);
    operator.disconnect();
    await limiter.close();
    await server.stop();
  });

  it('waits out a Redis that stands still', async () => {
    const server = await startRedisServer();
    const limiter = createRedisLimiter({ url: server.url, probeMs: 20 });
    await eventually(() => !limiter.isAlone);
    await grantOf(admit(limiter));
    server.pause();
    const startedAt = performance.now();
    await grantOf(admit(limiter));
    expect(performance.now() - startedAt).toBeLessThan(50 + HELD_UP_MS);
    server.resume();
    await eventually(() => !limiter.isAlone);
    expect(await used(limiter)).toEqual([2, 200, 2]);
    await limiter.close();
    await server.stop();
  });
});
