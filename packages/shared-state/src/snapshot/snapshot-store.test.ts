import { startRedisServer, testRedis } from '@switchyard/testkit';
import { Redis } from 'ioredis';

import { eventually, exampleSnapshot } from '../__fixtures__/snapshots.js';
import { createMemorySnapshotStore } from './memory-snapshot-store.js';
import { createRedisSnapshotStore } from './redis-snapshot-store.js';
import type { SnapshotStore } from './snapshot-store.js';

const IMPLEMENTATIONS: readonly [string, () => Promise<SnapshotStore>][] = [
  ['memory', async () => createMemorySnapshotStore()],
  ['redis', async () => createRedisSnapshotStore(await testRedis())],
];

describe.each(IMPLEMENTATIONS)('a snapshot store in %s', (_name, create) => {
  let store: SnapshotStore;

  beforeEach(async () => {
    store = await create();
  });

  afterEach(async () => {
    await store.close();
  });

  it('is empty at first', async () => {
    expect([await store.version(), await store.load('routing'), await store.load('credentials')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('gives back each half of what was published', async () => {
    const snapshot = exampleSnapshot(7);
    expect(await store.publish(snapshot)).toBe('published');
    expect(await store.version()).toBe(7);
    expect(await store.load('routing')).toEqual(snapshot.routing);
    expect(await store.load('credentials')).toEqual(snapshot.credentials);
  });

  it('never replaces a newer snapshot by an older one', async () => {
    await store.publish(exampleSnapshot(8));
    expect(await store.publish(exampleSnapshot(7))).toBe('outdated');
    expect(await store.version()).toBe(8);
    expect((await store.load('credentials'))?.credentials[0]?.id).toBe('cred_8');
  });

  it('takes another content of the same version', async () => {
    await store.publish(exampleSnapshot(8));
    const { credentials } = exampleSnapshot(9);
    const snapshot = { ...exampleSnapshot(8), credentials: { ...credentials, version: 8 } };
    expect(await store.publish(snapshot)).toBe('published');
    expect(await store.load('credentials')).toEqual(snapshot.credentials);
  });

  it('ends with the newest of many publishes at once', async () => {
    const versions = [3, 9, 1, 7, 10, 2, 8];
    await Promise.all(versions.map((version) => store.publish(exampleSnapshot(version))));
    expect(await store.version()).toBe(10);
    expect((await store.load('routing'))?.version).toBe(10);
  });

  it('tells every subscriber of the present version and of each later one, until closed', async () => {
    const heard: { readonly first: number[]; readonly second: number[] } = { first: [], second: [] };
    await store.publish(exampleSnapshot(1));
    const first = store.subscribe((version) => heard.first.push(version));
    store.subscribe((version) => heard.second.push(version));
    await eventually(() => heard.first.includes(1) && heard.second.includes(1));
    await store.publish(exampleSnapshot(2));
    await eventually(() => heard.first.includes(2) && heard.second.includes(2));
    await first.close();
    await store.publish(exampleSnapshot(3));
    await eventually(() => heard.second.includes(3));
    expect(heard.first).not.toContain(3);
  });

  it('does not announce a snapshot that is outdated', async () => {
    const heard: number[] = [];
    await store.publish(exampleSnapshot(5));
    store.subscribe((version) => heard.push(version));
    await eventually(() => heard.length > 0);
    await store.publish(exampleSnapshot(4));
    await store.publish(exampleSnapshot(6));
    await eventually(() => heard.includes(6));
    expect(heard).not.toContain(4);
  });
});

describe('a snapshot store in redis', () => {
  it('keeps installations with different prefixes apart', async () => {
    const one = createRedisSnapshotStore(await testRedis());
    const other = createRedisSnapshotStore(await testRedis());
    const heard: number[] = [];
    other.subscribe((version) => heard.push(version));
    await one.publish(exampleSnapshot(1));
    await other.publish(exampleSnapshot(2));
    await eventually(() => heard.includes(2));
    expect([await one.version(), await other.version(), heard.includes(1)]).toEqual([1, 2, false]);
    await one.close();
    await other.close();
  });

  it('puts all its keys on one node of a cluster', async () => {
    const { url, keyPrefix } = await testRedis();
    const store = createRedisSnapshotStore({ url, keyPrefix });
    await store.publish(exampleSnapshot(1));
    const redis = new Redis(url);
    const keys = await redis.keys(`*${keyPrefix}*`);
    // A cluster places a key by what its braces hold.
    expect(keys.map((key) => /\{(.+)\}/.exec(key)?.[1])).toEqual(Array(3).fill(`${keyPrefix}snapshot`));
    redis.disconnect();
    await store.close();
  });

  it('refuses to hand out what is not a snapshot', async () => {
    const { url, keyPrefix } = await testRedis();
    const store = createRedisSnapshotStore({ url, keyPrefix });
    await store.publish(exampleSnapshot(1));
    const redis = new Redis(url);
    await redis.set(`{${keyPrefix}snapshot}:routing`, '{"format":1,"version":1}');
    await expect(store.load('routing')).rejects.toThrow();
    redis.disconnect();
    await store.close();
  });

  it('fails in time while redis is away or deaf, and goes on when it is back', async () => {
    const errors: Error[] = [];
    const server = await startRedisServer();
    const store = createRedisSnapshotStore({
      url: server.url,
      commandTimeoutMs: 300,
      onError: (error) => errors.push(error),
    });
    const heard: number[] = [];
    store.subscribe((version) => heard.push(version));
    await store.publish(exampleSnapshot(1));
    await eventually(() => heard.includes(1));

    server.pause();
    const asked = Date.now();
    await expect(store.version()).rejects.toThrow(/timed out/i);
    expect(Date.now() - asked).toBeLessThan(1000);
    server.resume();
    expect(await store.version()).toBe(1);

    await server.stop();
    await expect(store.version()).rejects.toThrow();
    const again = await startRedisServer({ port: Number(new URL(server.url).port) });
    const admin = createRedisSnapshotStore({ url: again.url });
    await admin.publish(exampleSnapshot(2));
    await eventually(() => heard.includes(2));
    expect(await store.version()).toBe(2);
    expect(errors.length).toBeGreaterThan(0);
    expect(errors.length).toBeLessThan(6);
    await store.close();
    await admin.close();
    await again.stop();
  });
});
