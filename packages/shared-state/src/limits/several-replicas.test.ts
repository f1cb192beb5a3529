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
}

// The promise of 50 ms is another test's: here no answer may come from memory, however busy the machine is.
const PATIENT = { commandTimeoutMs: 10_000, heartbeatMs: 100 };

async function startReplica({ rules, tokens, limiter, ...options }: ReplicaOptions): Promise<RunningProcess> {
  const admission = { requestId: 'r', tenantId: 't', rules, estimate: { tokens, usdMicros: 0 } };
  const args = [PROCESS, JSON.stringify({ ...options, limiter: { ...limiter, ...PATIENT }, admission })];
  return startProcess({ command: process.execPath, args, readyPattern: /^ready$/mu });
}

/** How many were admitted. */
async function run(replica: RunningProcess): Promise<number> {
  process.kill(replica.pid, 'SIGUSR2');
  const [, text = ''] = await replica.waitForOutput(/^outcome (.*)$/mu, 60_000);
  const outcome: unknown = JSON.parse(text);
  expect(outcome).toMatchObject({ isAlone: false, admitted: expect.any(Number) });
  return Number(/"admitted":(\d+)/u.exec(text)?.[1]);
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
      await Promise.all(replicas.map((replica) => replica.kill('SIGKILL')));
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
