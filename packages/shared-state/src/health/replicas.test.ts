import { setTimeout as sleep } from 'node:timers/promises';

import type { HealthFailure } from '@switchyard/routing';
import { startRedisProxy, startRedisServer, testRedis, type PrivateRedis, type RedisProxy } from '@switchyard/testkit';

import { startReplica, type Replica } from './__fixtures__/start-replica.js';

const ROUNDS = process.env['SWITCHYARD_TEST_LONG'] === '1' ? 500 : 30;

// What is promised is 200 ms. It takes about 5; single ones take longer where three processes wait for a processor.
const SEEN_WITHIN_MS = 200;
const SEEN_ON_A_BUSY_MACHINE_MS = 2000;
const CONVERGED_WITHIN_MS = 3000;

function failureOf(scope: string, facts: Partial<HealthFailure> = {}): HealthFailure {
  return { scope, state: 'cooling', code: 'upstream_rate_limited', baseMs: 60_000, capMs: 900_000, ...facts };
}

async function until(check: () => boolean | Promise<boolean>, withinMs = 5000): Promise<number> {
  const start = Date.now();
  while (!(await check())) {
    if (Date.now() - start > withinMs) throw new Error(`not so within ${withinMs} ms: ${check.toString()}`);
    await sleep(2);
  }
  return Date.now() - start;
}

async function joined(replica: Replica): Promise<void> {
  await until(async () => (await replica.call('isAlone')) === false);
}

/** When each replica first saw something of a scope, in milliseconds from `startMs`. */
async function seenAfter(replicas: readonly Replica[], scope: string, startMs: number): Promise<number[]> {
  const sightings = (): (number | undefined)[] =>
    replicas.map(({ changes }) => changes.find((change) => change.scope === scope)?.atMs);
  await until(() => sightings().every((atMs) => atMs !== undefined));
  return sightings().map((atMs) => (atMs ?? 0) - startMs);
}

async function recordsOf(replica: Replica): Promise<string> {
  const records = await replica.call('unhealthy');
  return Array.isArray(records)
    ? records
        .map((record) => JSON.stringify(record))
        .sort()
        .join('\n')
    : '';
}

function first(replicas: readonly Replica[]): Replica {
  const [replica] = replicas;
  if (replica === undefined) throw new Error('some were started');
  return replica;
}

async function agree(replicas: readonly Replica[]): Promise<boolean> {
  const [first, ...others] = await Promise.all(replicas.map(recordsOf));
  return others.every((records) => records === first);
}

/** Waits until all know the same, and as many records as these. */
async function untilAllHave(replicas: readonly Replica[], count: number): Promise<void> {
  const allHave = async (): Promise<boolean> =>
    (await agree(replicas)) && (await recordsOf(first(replicas))).split('\n').length === count;
  await until(allHave).catch(async (error: unknown) => {
    const records = await Promise.all(replicas.map(recordsOf));
    throw new Error(`not ${count} records each: ${JSON.stringify(records)}`, { cause: error });
  });
}

/** Asks all replicas for the right to a probe until there is one, and answers with those that were given it. */
async function holdersOf(replicas: readonly Replica[], scope: string): Promise<readonly Replica[]> {
  const holders: Replica[] = [];
  await until(async () => {
    const asked = await Promise.all(replicas.map((replica) => replica.call('takeProbe', scope)));
    holders.push(...replicas.filter((_, index) => asked[index] === true));
    return holders.length > 0;
  });
  return holders;
}

function percentile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function told(samples: readonly number[]): string {
  return `p50 ${percentile(samples, 0.5)} ms, p99 ${percentile(samples, 0.99)} ms, at most ${percentile(samples, 1)} ms`;
}

describe('three replicas in processes of their own', () => {
  let replicas: Replica[];

  async function startThree(): Promise<Replica[]> {
    const redis = await testRedis();
    const started = await Promise.all([1, 2, 3].map(() => startReplica(redis)));
    await Promise.all(started.map(joined));
    return started;
  }

  beforeAll(async () => {
    replicas = await startThree();
  });

  afterAll(async () => {
    await Promise.all(replicas.map((replica) => replica.kill()));
  });

  it('all see a failure, and its end, within 200 ms', async () => {
    const failures: number[] = [];
    const successes: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const reporter = replicas[round % 3];
      const scope = `credential-${round}|model`;
      const failedAtMs = Date.now();
      await reporter?.call('failed', failureOf(scope));
      failures.push(...(await seenAfter(replicas, scope, failedAtMs)));
      await sleep(5);
      const before = replicas.map(({ changes }) => changes.length);
      const succeededAtMs = Date.now();
      await reporter?.call('succeeded', scope);
      const ends = (): (number | undefined)[] =>
        replicas.map(
          ({ changes }, index) =>
            changes.slice(before[index]).find((change) => change.scope === scope && change.level === undefined)?.atMs,
        );
      await until(() => ends().every((atMs) => atMs !== undefined));
      successes.push(...ends().map((atMs) => (atMs ?? 0) - succeededAtMs));
    }
    process.stdout.write(`a failure was seen by all three: ${told(failures)}; `);
    process.stdout.write(`its end: ${told(successes)} (${ROUNDS} rounds)\n`);
    for (const samples of [failures, successes]) {
      expect(percentile(samples, 0.95)).toBeLessThan(SEEN_WITHIN_MS);
      expect(percentile(samples, 1)).toBeLessThan(SEEN_ON_A_BUSY_MACHINE_MS);
    }
    expect(await Promise.all(replicas.map(recordsOf))).toEqual(['', '', '']);
  });

  it('take one step of the backoff when all report a failure of the same window', async () => {
    const scope = 'credential|model';
    for (let step = 0; step < 3; step += 1) {
      await Promise.all(replicas.map((replica) => replica.call('failed', failureOf(scope, { baseMs: 200 }))));
      await sleep(60);
      await until(() => agree(replicas));
      expect(await replicas[0]?.call('health', scope)).toMatchObject({ level: step });
      await sleep(200 * 2 ** step + 40);
    }
    await replicas[0]?.call('reset', 'credential');
  });

  it('share one right to a probe: exactly one holds it', async () => {
    for (let round = 0; round < 5; round += 1) {
      const scope = `probed-${round}`;
      await replicas[round % 3]?.call('failed', failureOf(scope, { baseMs: 100 }));
      const holders = await holdersOf(replicas, scope);
      expect(holders).toHaveLength(1);
      const again = await Promise.all(replicas.map((replica) => replica.call('takeProbe', scope)));
      expect(again).toEqual([false, false, false]);
      await holders[0]?.call('succeeded', scope);
      await until(() => agree(replicas));
    }
  });

  it('give the right to another one when its holder died', async () => {
    const mortals = await startThree();
    await first(mortals).call('failed', failureOf('probed', { baseMs: 100 }));
    const [holder] = await holdersOf(mortals, 'probed');
    await sleep(50);
    await holder?.kill();
    const others = mortals.filter((replica) => replica !== holder);
    const taken: boolean[] = [];
    const waitedMs = await until(async () => {
      for (const other of others) taken.push((await other.call('takeProbe', 'probed')) === true);
      return taken.includes(true);
    });
    expect(taken.filter((was) => was)).toHaveLength(1);
    expect(waitedMs).toBeGreaterThan(1000);
    await Promise.all(others.map((other) => other.kill()));
  });

  it('all forget a credential that one of them resets', async () => {
    await replicas[0]?.call('failed', failureOf('credential|one', { hintMs: 30_000 }));
    await replicas[1]?.call('failed', failureOf('credential', { state: 'parked' }));
    await replicas[2]?.call('failed', failureOf('other|one', { hintMs: 30_000 }));
    await untilAllHave(replicas, 3);
    await replicas[2]?.call('reset', 'credential');
    await untilAllHave(replicas, 1);
    expect(await replicas[1]?.call('health', 'other|one')).toBeDefined();
  });
});

describe('three replicas, one of them behind a way that fails', () => {
  let server: PrivateRedis;
  let proxy: RedisProxy;
  let replicas: Replica[];

  beforeEach(async () => {
    server = await startRedisServer();
    proxy = await startRedisProxy(server.url);
    const urls = [server.url, server.url, proxy.url];
    replicas = await Promise.all(urls.map((url) => startReplica({ url, keyPrefix: 'test:' })));
    await Promise.all(replicas.map(joined));
  });

  afterEach(async () => {
    await Promise.all(replicas.map((replica) => replica.kill()));
    await proxy.close();
    await server.stop();
  });

  it.each(['cut', 'silent'] as const)('agree again after it was %s, and lose nothing', async (state) => {
    const [one, two, apart] = replicas;
    if (one === undefined || two === undefined || apart === undefined) throw new Error('three were started');
    for (const scope of ['well-there', 'well-here', 'lasting']) await one.call('failed', failureOf(scope));
    await until(() => agree(replicas));

    if (state === 'cut') await proxy.refuse();
    else proxy.hang();
    await until(async () => (await apart.call('isAlone')) === true);
    await one.call('failed', failureOf('there'));
    await one.call('failed', failureOf('both', { hintMs: 30_000 }));
    await one.call('succeeded', 'well-there');
    await apart.call('failed', failureOf('here'));
    await apart.call('failed', failureOf('both', { hintMs: 90_000 }));
    await apart.call('succeeded', 'well-here');
    await two.call('failed', failureOf('lasting', { hintMs: 100_000 }));
    await sleep(300);
    expect(await agree(replicas)).toBe(false);

    await proxy.pass();
    const convergedMs = await until(() => agree(replicas), 10_000);
    process.stdout.write(`converged ${convergedMs} ms after a partition (${state})\n`);
    expect(convergedMs).toBeLessThan(CONVERGED_WITHIN_MS);
    const records = await recordsOf(two);
    for (const scope of ['there', 'here', 'both', 'lasting']) expect(records).toContain(`"${scope}"`);
    expect(records).not.toContain('well-');
    const both = await one.call('health', 'both');
    expect(both).toMatchObject({ untilMs: expect.any(Number) });
    expect(JSON.stringify(await apart.call('health', 'both'))).toBe(JSON.stringify(both));
  });

  it('give a Redis that has lost its memory back what they know', async () => {
    await replicas[0]?.call('failed', failureOf('credential', { state: 'parked' }));
    await until(() => agree(replicas));
    await server.stop();
    server = await startRedisServer({ port: Number(new URL(server.url).port) });
    await Promise.all(replicas.map(joined));
    await until(() => agree(replicas));
    const late = await startReplica({ url: server.url, keyPrefix: 'test:' });
    replicas.push(late);
    await until(async () => (await late.call('health', 'credential')) !== undefined);
  });

  it('know what they knew after all of them were restarted', async () => {
    await replicas[0]?.call('failed', failureOf('credential|model', { baseMs: 50 }));
    await sleep(100);
    await replicas[1]?.call('failed', failureOf('credential|model'));
    await until(() => agree(replicas));
    const known = await recordsOf(first(replicas));
    expect(known).toContain('"level":1');
    await Promise.all(replicas.map((replica) => replica.kill()));
    replicas = await Promise.all([1, 2, 3].map(() => startReplica({ url: server.url, keyPrefix: 'test:' })));
    await Promise.all(replicas.map(joined));
    expect(await Promise.all(replicas.map(recordsOf))).toEqual([known, known, known]);
  });
});
