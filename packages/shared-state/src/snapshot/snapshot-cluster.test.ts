import { startRedisCluster } from '@switchyard/testkit';

import { eventually, exampleSnapshot } from '../__fixtures__/snapshots.js';
import { createRedisSnapshotStore } from './redis-snapshot-store.js';

describe('a snapshot store in a Redis cluster', () => {
  it('keeps snapshots and announces them', async () => {
    const cluster = await startRedisCluster();
    const store = createRedisSnapshotStore({ url: cluster.url });
    const heard: number[] = [];
    try {
      store.subscribe((version) => heard.push(version));
      expect(await store.publish(exampleSnapshot(1))).toBe('published');
      await eventually(() => heard.includes(1));
      expect(await store.publish(exampleSnapshot(2))).toBe('published');
      await eventually(() => heard.includes(2));
      expect((await store.load('credentials'))?.version).toBe(2);
    } finally {
      await store.close();
      await cluster.stop();
    }
  }, 30_000);
});
