import { startRedisCluster, type PrivateCluster } from '@switchyard/testkit';
import { Redis } from 'ioredis';

import { eventually } from '../__fixtures__/snapshots.js';
import type { Limiter, LimitRule, Verdict } from './limiter.js';
import { createRedisLimiter } from './redis-limiter.js';

const RULES: readonly LimitRule[] = [
  { scope: 'key:k', measure: 'requests', limit: 5 },
  { scope: 'tenant:t', measure: 'tokens', limit: 1000, window: { type: 'calendar', unit: 'month' } },
  { scope: 'key:k', measure: 'concurrent', limit: 100 },
];

async function admit(limiter: Limiter, tenantId: string): Promise<Verdict> {
  return limiter.admit({ requestId: 'r', tenantId, rules: RULES, estimate: { tokens: 10, usdMicros: 0 } });
}

describe('limits in a Redis cluster', () => {
  let cluster: PrivateCluster;
  let limiter: Limiter;

  beforeAll(async () => {
    cluster = await startRedisCluster();
    limiter = createRedisLimiter({ url: cluster.url, probeMs: 50, leaseMs: 2000, commandTimeoutMs: 500 });
    await eventually(() => !limiter.isAlone);
  }, 30_000);

  afterAll(async () => {
    await limiter.close();
    await cluster.stop();
  });

  it('hold for many tenants, spread over all nodes', async () => {
    const tenants = Array.from({ length: 60 }, (_, index) => `tnt_${index}`);
    await Promise.all(
      tenants.map(async (tenant) => {
        const verdicts = await Promise.all(Array.from({ length: 8 }, () => admit(limiter, tenant)));
        const admitted = verdicts.flatMap((verdict) => (verdict.type === 'admitted' ? [verdict.grant] : []));
        expect(admitted).toHaveLength(5);
        await admitted[0]?.settle({ tokens: 3, usdMicros: 0 });
      }),
    );
    expect(limiter.isAlone).toBe(false);
    const remaining = (await limiter.standings('tnt_59', RULES)).map((standing) => standing.remaining);
    expect(remaining).toEqual([0, 957, 96]);
    const keys = await Promise.all(
      cluster.nodes.map(async ({ url }) => {
        const node = new Redis(url);
        const size = await node.dbsize();
        node.disconnect();
        return size;
      }),
    );
    expect(Math.min(...keys)).toBeGreaterThan(0);
  });

  it('keep the leases of requests on all nodes', async () => {
    const tenants = ['a', 'b', 'c', 'd', 'e', 'f'];
    await Promise.all(tenants.map((tenant) => admit(limiter, tenant)));
    await new Promise((resolve) => setTimeout(resolve, 3000));
    const standings = await Promise.all(tenants.map((tenant) => limiter.standings(tenant, RULES.slice(2))));
    expect(standings.map(([standing]) => standing?.remaining)).toEqual(tenants.map(() => 99));
    expect(limiter.isAlone).toBe(false);
  });

  it('are enforced locally while a node is away, and reconciled when it is back', async () => {
    const impatient = createRedisLimiter({ url: cluster.url, probeMs: 50 });
    await eventually(() => !impatient.isAlone);
    const tenants = Array.from({ length: 12 }, (_, index) => `away_${index}`);
    for (const node of cluster.nodes) node.pause();
    await admit(impatient, 'first');
    const startedAt = performance.now();
    const verdicts = await Promise.all(tenants.map((tenant) => admit(impatient, tenant)));
    expect(performance.now() - startedAt).toBeLessThan(100);
    expect(verdicts.every(({ type }) => type === 'admitted')).toBe(true);
    for (const node of cluster.nodes) node.resume();
    await eventually(() => !impatient.isAlone, 15_000);
    const standings = await Promise.all(tenants.map((tenant) => impatient.standings(tenant, RULES)));
    expect(impatient.isAlone).toBe(false);
    expect(new Set(standings.map((all) => all.map(({ remaining }) => remaining).join()))).toEqual(
      new Set(['4,990,99']),
    );
    await impatient.close();
  }, 30_000);
});
