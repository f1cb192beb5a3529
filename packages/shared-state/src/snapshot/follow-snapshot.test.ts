import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startRedisServer, testRedis } from '@switchyard/testkit';

import { eventually, exampleSnapshot } from '../__fixtures__/snapshots.js';
import { followSnapshot, type FollowSnapshotOptions, type SnapshotFollower } from './follow-snapshot.js';
import { createMemorySnapshotStore } from './memory-snapshot-store.js';
import { createRedisSnapshotStore } from './redis-snapshot-store.js';
import type { SnapshotStore } from './snapshot-store.js';

let folder: string;
let cacheFile: string;
let errors: Error[];
const open: SnapshotFollower<'routing'>[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'switchyard-follow-'));
  cacheFile = join(folder, 'cache', 'routing.json');
  errors = [];
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((follower) => follower.close()));
  await rm(folder, { recursive: true, force: true });
});

async function follow(options: Partial<FollowSnapshotOptions<'routing'>>): Promise<SnapshotFollower<'routing'>> {
  const follower = await followSnapshot({ part: 'routing', onError: (error) => errors.push(error), ...options });
  open.push(follower);
  return follower;
}

const cachedVersion = async (): Promise<unknown> => JSON.parse(await readFile(cacheFile, 'utf8')).version;

/** Polling so rare that only announcements can explain a change. */
const NEVER_MS = 3_600_000;

describe('followSnapshot', () => {
  it('starts with what the store holds, and follows within a second of being told', async () => {
    const store = createRedisSnapshotStore(await testRedis());
    await store.publish(exampleSnapshot(1));
    const follower = await follow({ store, pollMs: NEVER_MS });
    expect(follower.current()).toEqual(exampleSnapshot(1).routing);
    const heard: number[] = [];
    follower.onChange(({ version }) => heard.push(version));
    await store.publish(exampleSnapshot(2));
    await eventually(() => follower.current()?.version === 2, 1000);
    expect(heard).toEqual([2]);
    await store.close();
  });

  it('finds by polling what it was not told', async () => {
    const store: SnapshotStore = { ...createMemorySnapshotStore(), subscribe: () => ({ close: async () => {} }) };
    const follower = await follow({ store, pollMs: 20 });
    expect(follower.current()).toBeUndefined();
    await store.publish(exampleSnapshot(1));
    await eventually(() => follower.current()?.version === 1);
  });

  it('asks admin when the store is empty, and leaves that when the store is not', async () => {
    const store = createMemorySnapshotStore();
    let pulls = 0;
    const pull = async (): Promise<unknown> => {
      pulls += 1;
      return exampleSnapshot(1).routing;
    };
    const follower = await follow({ store, pull, pollMs: NEVER_MS });
    expect([follower.current()?.version, pulls]).toEqual([1, 1]);
    await store.publish(exampleSnapshot(2));
    await eventually(() => follower.current()?.version === 2);
    expect(pulls).toBe(1);
  });

  it('serves from the cache file with everything else away', async () => {
    const store = createMemorySnapshotStore();
    await store.publish(exampleSnapshot(4));
    const first = await follow({ store, cacheFile });
    await first.close();
    const pull = async (): Promise<unknown> => {
      throw new Error('connection refused');
    };
    const second = await follow({ cacheFile, pull });
    expect(second.current()).toEqual(exampleSnapshot(4).routing);
    expect(errors.map(({ message }) => message)).toEqual(["the routing snapshot's pull: connection refused"]);
  });

  it('writes the cache for its owner only, and leaves no drafts', async () => {
    const store = createMemorySnapshotStore();
    const follower = await follow({ store, cacheFile });
    for (const version of [1, 2, 3]) await store.publish(exampleSnapshot(version));
    await eventually(() => follower.current()?.version === 3);
    await follower.close();
    expect(await cachedVersion()).toBe(3);
    expect((await stat(cacheFile)).mode & 0o777).toBe(0o600);
    expect(await readdir(join(folder, 'cache'))).toEqual(['routing.json']);
  });

  it('goes without a cache file that is damaged', async () => {
    cacheFile = join(folder, 'routing.json');
    await writeFile(cacheFile, '{"format":1,"vers');
    const follower = await follow({ cacheFile, pull: async () => exampleSnapshot(2).routing });
    expect(follower.current()?.version).toBe(2);
    expect(errors[0]?.message).toMatch(/^the routing snapshot's cache: /);
    await follower.close();
    expect(await cachedVersion()).toBe(2);
  });

  it('keeps a good snapshot when an invalid or an older one comes', async () => {
    const answers: unknown[] = [
      exampleSnapshot(5).routing,
      exampleSnapshot(4).routing,
      { format: 2, version: 9 },
      'nonsense',
    ];
    let asked = 0;
    const follower = await follow({ pollMs: 10, pull: async () => answers[Math.min(asked++, answers.length - 1)] });
    await eventually(() => asked > answers.length);
    expect(follower.current()).toEqual(exampleSnapshot(5).routing);
    expect(errors.length).toBeGreaterThan(0);
  });

  it('prefers a cache that is newer than the store', async () => {
    const store = createMemorySnapshotStore();
    await store.publish(exampleSnapshot(9));
    await (await follow({ store, cacheFile })).close();
    const restored = createMemorySnapshotStore();
    await restored.publish(exampleSnapshot(3));
    const follower = await follow({ store: restored, cacheFile });
    expect(follower.current()?.version).toBe(9);
  });

  it('tells of one trouble once, however often it polls', async () => {
    let asked = 0;
    const pull = async (): Promise<unknown> => {
      asked += 1;
      throw new Error('connection refused');
    };
    await follow({ pull, pollMs: 5 });
    await eventually(() => asked > 5);
    expect(errors).toHaveLength(1);
  });

  it('survives a listener that throws', async () => {
    const store = createMemorySnapshotStore();
    const follower = await follow({ store });
    const heard: number[] = [];
    follower.onChange(() => {
      throw new Error('listener broke');
    });
    follower.onChange(({ version }) => heard.push(version));
    await store.publish(exampleSnapshot(1));
    await eventually(() => heard.includes(1));
    expect(errors.map(({ message }) => message)).toEqual(["the routing snapshot's listener: listener broke"]);
  });

  it('holds on while redis is away, and follows again when it is back', async () => {
    const server = await startRedisServer();
    const store = createRedisSnapshotStore({ url: server.url, commandTimeoutMs: 300 });
    await store.publish(exampleSnapshot(1));
    const follower = await follow({ store, pollMs: NEVER_MS });
    await server.stop();
    expect(follower.current()?.version).toBe(1);
    const again = await startRedisServer({ port: Number(new URL(server.url).port) });
    const admin = createRedisSnapshotStore({ url: again.url });
    await admin.publish(exampleSnapshot(2));
    await eventually(() => follower.current()?.version === 2);
    await Promise.all([store.close(), admin.close()]);
    await again.stop();
  });

  it('starts without redis, and takes the snapshot when redis comes', async () => {
    const server = await startRedisServer();
    await server.stop();
    const store = createRedisSnapshotStore({ url: server.url, commandTimeoutMs: 300 });
    const follower = await follow({ store, pollMs: NEVER_MS });
    expect([follower.current(), errors.length]).toEqual([undefined, 1]);
    const again = await startRedisServer({ port: Number(new URL(server.url).port) });
    const admin = createRedisSnapshotStore({ url: again.url });
    await admin.publish(exampleSnapshot(1));
    await eventually(() => follower.current()?.version === 1);
    await Promise.all([store.close(), admin.close()]);
    await again.stop();
  });

  it('is silent once closed', async () => {
    const store = createMemorySnapshotStore();
    const follower = await follow({ store, pollMs: 5 });
    const heard: number[] = [];
    follower.onChange(({ version }) => heard.push(version));
    await follower.close();
    await store.publish(exampleSnapshot(1));
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect([heard, follower.current()]).toEqual([[], undefined]);
  });
});
