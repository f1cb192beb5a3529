import { startProcess, startRedisServer, type PrivateRedis, type RunningProcess } from '@switchyard/testkit';

import { eventually } from '../__fixtures__/snapshots.js';
import type { Limiter, LimitRule } from './limiter.js';
import { createRedisLimiter } from './redis-limiter.js';

const IS_LONG = process.env.SWITCHYARD_TEST_LONG === '1';
const PROCESS = `${import.meta.dirname}/../__fixtures__/limiter-process.mjs`;

interface ReplicaOptions {
  readonly limiter: { readonly url: string; readonly leaseMs: number };
  readonly replicas: number;
  readonly rules: readonly LimitRule[];
  readonly tokens: number;
  readonly count: number;
  /** How many of the admitted are settled at once. */
  readonly settled: number;
  /** How many are asked for at once. Default all. */
  readonly batch?: number;
}

// The promise of 50 ms is another test's: here no answer may come from memory, however busy the machine is.
const PATIENT = { commandTimeoutMs: 10_000, heartbeatMs: 100 };

async function startReplica({ rules, tokens, limiter, ...options }: ReplicaOptions): Promise<RunningProcess> {
  const admission = { requestId: 'r', tenantId: 't', rules, estimate: { tokens, usdMicros: 0 } };
  const args = [PROCESS, JSON.stringify({ ...options, limiter: { ...limiter, ...PATIENT }, admission })];
  return startProcess({ command: process.execPath, args, readyPattern: /^ready$/mu });
}

/** Those of the next round would share with it otherwise for as long as a replica that is not heard of counts. */
async function part(replica: RunningProcess): Promise<void> {
  await replica.kill('SIGTERM');
}

interface Outcome {
  readonly admitted: number;
  /** How many of all that were asked for were answered without asking Redis. */
  readonly atOnce: number;
}

/** How many were admitted. */
async function run(replica: RunningProcess): Promise<number> {
  return (await outcomeOf(replica)).admitted;
}

async function outcomeOf(replica: RunningProcess): Promise<Outcome> {
  process.kill(replica.pid, 'SIGUSR2');
  const [, text = ''] = await replica.waitForOutput(/^outcome (.*)$/mu, 60_000);
  const outcome: unknown = JSON.parse(text);
  expect(outcome).toMatchObject({ isAlone: false, admitted: expect.any(Number), atOnce: expect.any(Number) });
  const numberOf = (name: string): number => Number(new RegExp(`"${name}":(\\d+)`, 'u').exec(text)?.[1]);
  return { admitted: numberOf('admitted'), atOnce: numberOf('atOnce') };
}

describe('limits shared by several replicas', () => {
  let redis: PrivateRedis;
  let witness: Limiter;
  const running: RunningProcess[] = [];

  beforeAll(async () => {
    redis = await startRedisServer();
    witness = createRedisLimiter({ url: redis.url, ...PATIENT, heartbeatMs: 60_000 });
    await eventually(() => !witness.isAlone);
  });

  afterAll(async () => {
    await witness.close();
    await Promise.all(running.map((replica) => replica.kill('SIGKILL')));
    await redis.stop();
  });

  async function used(rules: readonly LimitRule[]): Promise<readonly number[]> {
    return (await witness.standings('t', rules)).map(({ rule, remaining }) => rule.limit - remaining);
  }

  it('admit exactly what fits of 1,000 requests at once to three processes', async () => {
    for (let round = 0; round < (IS_LONG ? 10 : 2); round += 1) {
      const rules: readonly LimitRule[] = [
        { scope: `key:${round}`, measure: 'requests', limit: 400 },
        { scope: `tenant:${round}`, measure: 'tokens', limit: 25_099, window: { type: 'calendar', unit: 'month' } },
        { scope: `key:${round}`, measure: 'concurrent', limit: 300 },
      ];
      const options = { limiter: { url: redis.url, leaseMs: 30_000 }, replicas: 3, rules, tokens: 100, settled: 0 };
      const replicas = await Promise.all([334, 333, 333].map((count) => startReplica({ ...options, count })));
      running.push(...replicas);
      const admitted = await Promise.all(replicas.map(run));
      expect(admitted.reduce((sum, count) => sum + count, 0)).toBe(250);
      expect(await used(rules)).toEqual([250, 25_000, 250]);
      await Promise.all(replicas.map(part));
    }
  }, 120_000);

  it('admit exactly what fits of a stream of requests to three processes, of which most ask nobody', async () => {
    for (let round = 0; round < (IS_LONG ? 10 : 2); round += 1) {
      const limit = 4000;
      const rules: readonly LimitRule[] = [
        { scope: `key:stream${round}`, measure: 'requests', limit, window: { type: 'rolling', ms: 600_000 } },
        {
          scope: `key:stream${round}`,
          measure: 'tokens',
          limit: 10 * limit,
          window: { type: 'calendar', unit: 'month' },
        },
        { scope: `key:stream${round}`, measure: 'concurrent', limit: 2 * limit },
      ];
      const options = { limiter: { url: redis.url, leaseMs: 30_000 }, replicas: 3, rules, tokens: 10, settled: 0 };
      // Of uneven pace, so that one is short while another still has.
      const shares = [
        { count: 3000, batch: 30 },
        { count: 1500, batch: 12 },
        { count: 800, batch: 5 },
      ];
      const replicas = await Promise.all(shares.map((share) => startReplica({ ...options, ...share })));
      running.push(...replicas);
      const outcomes = await Promise.all(replicas.map(outcomeOf));
      expect(outcomes.reduce((sum, { admitted }) => sum + admitted, 0)).toBe(limit);
      expect(outcomes.reduce((sum, { atOnce }) => sum + atOnce, 0)).toBeGreaterThan(limit / 2);
      expect(await used(rules)).toEqual([limit, 10 * limit, limit]);
      await Promise.all(replicas.map(part));
    }
  }, 120_000);

  it('lose no place to requests that were aborted or whose process was killed', async () => {
    const count = IS_LONG ? 10_000 : 1000;
    const rules: readonly LimitRule[] = [{ scope: 'key:leases', measure: 'concurrent', limit: count }];
    const limiter = { url: redis.url, leaseMs: 1500 };
    const replica = await startReplica({ limiter, replicas: 1, rules, tokens: 0, count, settled: count / 2 });
    running.push(replica);
    expect(await run(replica)).toBe(count);
    expect(await used(rules)).toEqual([count / 2]);
    // For longer than a lease lasts: they are extended.
    await new Promise((resolve) => setTimeout(resolve, 2000));
    expect(await used(rules)).toEqual([count / 2]);
    await replica.kill('SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 1600));
    expect(await used(rules)).toEqual([0]);
  }, 60_000);
});
