import { startRedisCluster, type PrivateCluster } from '@switchyard/testkit';

import { eventually } from '../__fixtures__/snapshots.js';
import type { HealthStore } from './health-store.js';
import { createRedisHealthStore } from './redis-health-store.js';

const FAILURE = { state: 'cooling', code: 'upstream_rate_limited', baseMs: 60_000, capMs: 900_000 } as const;

describe('health stores on a redis cluster', () => {
  let cluster: PrivateCluster;
  let stores: HealthStore[];

  beforeAll(async () => {
    cluster = await startRedisCluster();
    stores = [1, 2, 3].map(() => createRedisHealthStore({ url: cluster.url, commandTimeoutMs: 500 }));
    await eventually(() => stores.every((store) => !store.isAlone), 10_000);
  }, 30_000);

  afterAll(async () => {
    await Promise.all(stores.map((store) => store.close()));
    await cluster.stop();
  });

  const levels = (scope: string): (number | undefined)[] => stores.map((store) => store.health(scope)?.level);

  it('share failures, successes, headroom and resets', async () => {
    const start = Date.now();
    stores[0]?.failed({ ...FAILURE, scope: 'a|m' });
    stores[1]?.observe('a|m', { requests: { remaining: 3 }, observedAtMs: start });
    await eventually(() => levels('a|m').every((level) => level === 0));
    expect(Date.now() - start).toBeLessThan(200);
    await eventually(() => stores.every((store) => store.headroom('a|m')?.requests?.remaining === 3));
    stores[2]?.succeeded('a|m');
    await eventually(() => levels('a|m').every((level) => level === undefined));
    stores[1]?.failed({ ...FAILURE, scope: 'b' });
    await eventually(() => levels('b').every((level) => level === 0));
    await stores[0]?.reset('b');
    await eventually(() => levels('b').every((level) => level === undefined));
  });

  it('give one of them the right to a probe', async () => {
    stores[0]?.failed({ ...FAILURE, scope: 'probed', baseMs: 100 });
    let holders: HealthStore[] = [];
    await eventually(() => {
      holders = stores.filter((store) => store.takeProbe('probed'));
      return holders.length > 0;
    });
    expect(holders).toHaveLength(1);
  });

  it('go on alone while the nodes are deaf, and agree afterwards', async () => {
    for (const node of cluster.nodes) node.pause();
    stores[0]?.failed({ ...FAILURE, scope: 'meanwhile' });
    expect(levels('meanwhile')).toEqual([0, undefined, undefined]);
    await eventually(() => stores.every((store) => store.isAlone));
    for (const node of cluster.nodes) node.resume();
    await eventually(() => levels('meanwhile').every((level) => level === 0), 15_000);
  }, 30_000);
});
