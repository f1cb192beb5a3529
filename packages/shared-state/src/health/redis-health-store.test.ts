import { setTimeout as sleep } from 'node:timers/promises';

import type { HealthFailure } from '@switchyard/routing';
import { startRedisProxy, startRedisServer, testRedis } from '@switchyard/testkit';
import fc from 'fast-check';
import { Redis } from 'ioredis';

import { eventually } from '../__fixtures__/snapshots.js';
import { startReplica } from './__fixtures__/start-replica.js';
import type { HealthStore } from './health-store.js';
import { createRedisHealthStore, type RedisHealthStoreOptions } from './redis-health-store.js';

const CONVERGENCE_RUNS = process.env['SWITCHYARD_TEST_LONG'] === '1' ? 100 : 8;

function failureOf(scope: string, facts: Partial<HealthFailure> = {}): HealthFailure {
  return { scope, state: 'cooling', code: 'upstream_rate_limited', baseMs: 60_000, capMs: 900_000, ...facts };
}

describe('health stores on one redis', () => {
  const opened: { close(): Promise<void> }[] = [];

  async function open(options: RedisHealthStoreOptions): Promise<HealthStore> {
    const store = createRedisHealthStore(options);
    opened.push(store);
    await eventually(() => !store.isAlone);
    return store;
  }

  async function listen(url: string, pattern: string): Promise<string[]> {
    const messages: string[] = [];
    const redis = new Redis(url);
    redis.on('pmessage', (_pattern: string, channel: string, message: string) => {
      if (!channel.includes('beat')) messages.push(message);
    });
    await redis.psubscribe(pattern);
    opened.push({ close: async () => redis.disconnect() });
    return messages;
  }

  afterEach(async () => {
    await Promise.all(opened.splice(0).map((one) => one.close()));
  });

  it('says that it joins until Redis has answered or failed', async () => {
    const joining = createRedisHealthStore(await testRedis());
    const failing = createRedisHealthStore({ url: 'redis://127.0.0.1:1' });
    expect([joining.isJoining, failing.isJoining]).toEqual([true, true]);
    await eventually(() => !joining.isJoining && !failing.isJoining);
    expect([joining.isAlone, failing.isAlone]).toEqual([false, true]);
    await joining.close();
    await failing.close();
  });

  it('leave every probe to those that send requests', async () => {
    const redis = await testRedis();
    const [sender, watcher] = [await open(redis), await open({ ...redis, probes: false, holdMs: 60_000 })];
    const scopes = Array.from({ length: 8 }, (_, place) => `c${place}`);
    for (const scope of scopes) sender.failed(failureOf(scope, { baseMs: 100 }));
    await eventually(() => [...watcher.unhealthy()].length === scopes.length);
    const won = new Set<string>();
    await eventually(() => {
      for (const scope of scopes) if (sender.takeProbe(scope)) won.add(scope);
      return won.size === scopes.length;
    });
    await watcher.reset('c0');
    await eventually(() => sender.health('c0') === undefined);
  });

  it('share what is left of quotas, in one message for all that was observed meanwhile', async () => {
    const redis = await testRedis();
    const [one, other] = [await open(redis), await open(redis)];
    const messages = await listen(redis.url, `*${redis.keyPrefix}health*`);
    const start = Date.now();
    for (let count = 0; Date.now() < start + 300; count += 1) {
      const quota = { remaining: count, limit: 1e9, resetAtMs: start + 60_000.5 };
      one.observe('a', { requests: quota, outputTokens: { remaining: 0.25 }, observedAtMs: start - 1e6 + count });
      one.observe('b|model/with spaces, and "quotes"', { tokens: quota, observedAtMs: start - 1e6 + count });
      if (count % 50 === 0) await sleep(1);
    }
    await eventually(() => other.headroom('a')?.observedAtMs === one.headroom('a')?.observedAtMs);
    expect(other.headroom('a')).toEqual(one.headroom('a'));
    expect(other.headroom('b|model/with spaces, and "quotes"')).toEqual(
      one.headroom('b|model/with spaces, and "quotes"'),
    );
    expect(messages.length).toBeGreaterThan(0);
    expect(messages.length).toBeLessThanOrEqual((Date.now() - start) / 50 + 1);
    const late = await open(redis);
    expect(late.headroom('a')).toEqual(one.headroom('a'));
  });

  it('take an older observation of another replica for what it is', async () => {
    const redis = await testRedis();
    const [one, other] = [await open(redis), await open(redis)];
    const now = Date.now();
    one.observe('a', { requests: { remaining: 1 }, observedAtMs: now - 100 });
    other.observe('a', { requests: { remaining: 2 }, observedAtMs: now - 200 });
    await sleep(150);
    expect([one, other].map((store) => store.headroom('a')?.requests?.remaining)).toEqual([1, 1]);
  });

  it('say nothing to redis of a success where all is well', async () => {
    const redis = await testRedis();
    const store = await open(redis);
    const messages = await listen(redis.url, `*${redis.keyPrefix}health*`);
    for (let count = 0; count < 1000; count += 1) store.succeeded(`credential-${count}`);
    await sleep(50);
    expect(messages).toEqual([]);
  });

  it('are misled by no replica whose clock is wrong', async () => {
    const redis = await testRedis();
    const right = await open(redis);
    const fast = await open({ ...redis, now: () => Date.now() + 600_000 });
    const slow = await open({ ...redis, now: () => Date.now() - 600_000 });
    const untilOf = (scope: string): number => (right.health(scope)?.untilMs ?? 0) - Date.now();
    fast.failed(failureOf('fast'));
    slow.failed(failureOf('slow'));
    await eventually(() => right.health('fast') !== undefined && right.health('slow') !== undefined);
    for (const scope of ['fast', 'slow']) {
      expect(untilOf(scope)).toBeGreaterThan(55_000);
      expect(untilOf(scope)).toBeLessThanOrEqual(60_000);
    }
    // By its own clock the window has long passed; the right to the probe is given out by the clock of Redis.
    expect(fast.takeProbe('slow')).toBe(false);
    await sleep(100);
    expect(fast.takeProbe('slow')).toBe(false);
  });

  it('answer at once while redis is deaf, and tell it everything when it hears again', async () => {
    const server = await startRedisServer();
    const errors: Error[] = [];
    const options = { url: server.url, commandTimeoutMs: 300, onError: (error: Error) => errors.push(error) };
    const [one, other] = [await open(options), await open({ url: server.url, commandTimeoutMs: 300 })];
    one.failed(failureOf('before'));
    await eventually(() => other.health('before') !== undefined);

    server.pause();
    one.failed(failureOf('meanwhile'));
    one.succeeded('before');
    const start = performance.now();
    for (let count = 0; count < 10_000; count += 1) one.failed(failureOf(`m|${count % 100}`));
    expect(performance.now() - start).toBeLessThan(2000);
    await eventually(() => one.isAlone && other.isAlone);
    await expect(one.reset('before')).rejects.toThrow();
    one.failed(failureOf('alone', { baseMs: 1 }));
    await sleep(20);
    expect([one.takeProbe('alone'), one.takeProbe('alone')]).toEqual([true, false]);
    expect(errors).toHaveLength(1);

    server.resume();
    await eventually(() => other.health('meanwhile') !== undefined && other.health('before') === undefined, 8000);
    const scopesOf = (store: HealthStore): string[] => [...store.unhealthy()].map(({ scope }) => scope).sort();
    await eventually(() => scopesOf(other).length === 102);
    expect(scopesOf(other)).toEqual(scopesOf(one));
    await Promise.all(opened.splice(0).map((store) => store.close()));
    await server.stop();
  });

  it('keep up with a flood of reports', async () => {
    const redis = await testRedis();
    const [one, other] = [await open(redis), await open(redis)];
    for (let count = 0; count < 20_000; count += 1) one.failed(failureOf(`credential-${count % 500}`));
    await eventually(() => [...other.unhealthy()].length === 500 && !one.isAlone, 8000);
    await eventually(() =>
      [...one.unhealthy()].every(({ scope, untilMs }) => other.health(scope)?.untilMs === untilMs),
    );
  });

  it('notice a redis that was emptied, and a message that did not arrive', async () => {
    const server = await startRedisServer();
    const redis = new Redis(server.url);
    opened.push({ close: async () => redis.disconnect() });
    const [one, other] = [await open({ url: server.url }), await open({ url: server.url })];
    one.failed(failureOf('credential'));
    await eventually(() => other.health('credential') !== undefined);
    await redis.flushall();
    const keysOf = async (): Promise<string[]> => redis.hkeys('{switchyard:health}:records');
    let scopes: string[] = [];
    await eventually(() => {
      void keysOf().then((keys) => (scopes = keys));
      return scopes.includes('credential');
    });

    const record = await redis.hget('{switchyard:health}:records', 'credential');
    await redis
      .multi()
      .hset('{switchyard:health}:records', 'unheard', record ?? '')
      .hincrby('{switchyard:health}:meta', 'seq', 1)
      .exec();
    // A later message does not hide the loss of the one before.
    one.failed(failureOf('later'));
    await eventually(() => one.health('unheard') !== undefined && other.health('unheard') !== undefined);
    await Promise.all(opened.splice(0).map((store) => store.close()));
    await server.stop();
  });

  it('agree in the end, whatever they report, however often the way to redis is lost', async () => {
    const { url, keyPrefix } = await testRedis();
    const proxies = await Promise.all([1, 2, 3].map(() => startRedisProxy(url)));
    const stores = await Promise.all(proxies.map((proxy) => open({ url: proxy.url, keyPrefix })));
    const scope = fc.constantFrom('a', 'a|m', 'b', 'b|m');
    const happening = fc.record({
      store: fc.constantFrom(...stores),
      proxy: fc.constantFrom(...proxies),
      type: fc.constantFrom('failed', 'failed', 'failed', 'succeeded', 'succeeded', 'lost', 'found', 'time'),
      failure: fc.record({ scope, hintMs: fc.integer({ min: 5, max: 60_000 }) }),
      waitMs: fc.nat(20),
    });
    const seen = (store: HealthStore): string =>
      [...store.unhealthy()]
        .map((record) => JSON.stringify(record))
        .sort()
        .join();
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { minLength: 5, maxLength: 40 }), async (happenings) => {
        for (const { store, proxy, type, failure, waitMs } of happenings) {
          if (type === 'failed') store.failed(failureOf(failure.scope, failure));
          if (type === 'succeeded') store.succeeded(failure.scope);
          if (type === 'lost') await proxy.refuse();
          if (type === 'found') await proxy.pass();
          if (type === 'time') await sleep(waitMs);
        }
        await Promise.all(proxies.map((proxy) => proxy.pass()));
        await eventually(() => stores.every((store) => !store.isAlone));
        await eventually(() => new Set(stores.map(seen)).size === 1);
        await sleep(60);
        expect(new Set(stores.map(seen)).size).toBe(1);
      }),
      { numRuns: CONVERGENCE_RUNS, endOnFailure: true },
    );
    await Promise.all(opened.splice(0).map((store) => store.close()));
    await Promise.all(proxies.map((proxy) => proxy.close()));
  }, 120_000);

  it('do not take a record they do not understand for one, nor lose it', async () => {
    const redis = await testRedis();
    const client = new Redis(redis.url);
    opened.push({ close: async () => client.disconnect() });
    const key = `{${redis.keyPrefix}health}:records`;
    const until = Date.now() + 60_000;
    await client.hset(key, 'newer', `cooling upstream_of_tomorrow ${Date.now()} ${until} 0`);
    const store = await open(redis);
    await client.publish(`{${redis.keyPrefix}health}:changes`, '["of-tomorrow","somebody",1]');
    await sleep(20);
    expect([...store.unhealthy()]).toEqual([]);
    expect(store.isAlone).toBe(false);
    expect(await client.hexists(key, 'newer')).toBe(1);
  });

  it('share a record again that redis gave up to make room', async () => {
    const redis = await testRedis();
    const store = await open(redis);
    const client = new Redis(redis.url);
    opened.push({ close: async () => client.disconnect() });
    const key = `{${redis.keyPrefix}health}:records`;
    store.failed(failureOf('credential', { baseMs: 500 }));
    await sleep(100);
    expect(await client.hdel(key, 'credential')).toBe(1);
    // Asked about at the end of its window, and a second later once more.
    await eventually(async () => (await client.hexists(key, 'credential')) === 1);
    await eventually(() => store.takeProbe('credential'));
  });

  it('put all their keys on one node of a cluster, and let them expire', async () => {
    const redis = await testRedis();
    const store = await open(redis);
    store.failed(failureOf('credential', { baseMs: 10 }));
    store.observe('credential', { observedAtMs: Date.now() });
    await eventually(() => store.takeProbe('credential'));
    await sleep(100);
    const client = new Redis(redis.url);
    opened.push({ close: async () => client.disconnect() });
    const keys = await client.keys(`*${redis.keyPrefix}*`);
    expect(keys.map((key) => /\{(.+)\}/.exec(key)?.[1])).toEqual(Array(4).fill(`${redis.keyPrefix}health`));
    for (const key of keys) expect(await client.pttl(key)).toBeGreaterThan(0);
  });

  it('leave nothing behind that keeps a process running', async () => {
    const replica = await startReplica(await testRedis());
    await replica.call('failed', failureOf('credential', { baseMs: 50 }));
    await replica.call('observe', 'credential', { observedAtMs: Date.now() });
    expect(await replica.leave()).toBe(0);
    const lonely = await startReplica({ url: 'redis://127.0.0.1:1', keyPrefix: 'none:' });
    await lonely.call('failed', failureOf('credential', { baseMs: 50 }));
    expect(await lonely.leave()).toBe(0);
  });
});
