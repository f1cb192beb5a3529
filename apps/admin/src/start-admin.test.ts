import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { hashKey, openSecret } from '@switchyard/config';
import { currentVersion, raiseVersion } from '@switchyard/database';
import { createMemorySnapshotStore, createRedisSnapshotStore, createSnapshotPull } from '@switchyard/shared-state';
import { startRedisServer } from '@switchyard/testkit';

import {
  AdminWorld,
  answerOf,
  ask,
  CONFIGURATION,
  eventually,
  OWNER_TOKEN,
  PEPPER,
  WIRE_TOKEN,
} from './__fixtures__/admin-harness.js';

let world: AdminWorld;
let folder: string;
let configFile: string;

beforeEach(async () => {
  world = await AdminWorld.open();
  folder = await mkdtemp(join(tmpdir(), 'switchyard-admin-'));
  configFile = join(folder, 'config.yaml');
  await writeFile(configFile, CONFIGURATION);
});

afterEach(async () => {
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

const publishedKeys = async (): Promise<readonly string[] | undefined> =>
  (await world.store.load('routing'))?.keys.map(({ hash }) => hash);

describe('startAdmin', () => {
  it('applies the file, and publishes what the data plane needs of it', async () => {
    await world.start({ configFile });
    const routing = await world.store.load('routing');
    const credentials = await world.store.load('credentials');
    expect(routing?.keys[0]?.hash).toBe(hashKey(PEPPER, 'client-key-one-0123456789'));
    expect(routing?.tenants).toMatchObject([{ name: 'default', prefixes: '*', shared: true }]);
    expect(routing?.aliases).toMatchObject([{ name: 'fast', targets: [{ model: 'core/sonnet' }] }]);
    expect(routing?.credentials[0]?.models).toEqual([{ name: 'claude-upstream', alias: 'sonnet' }]);
    const [credential] = credentials?.credentials ?? [];
    expect(openSecret(world.keyring, credential?.sealedSecret ?? '', credential?.id ?? '')).toBe('sk-claude-secret');
    expect([routing?.version, credentials?.version]).toEqual(Array(2).fill(await currentVersion(world.database)));
  });

  it('takes a change of the file within a second, and keeps the ids', async () => {
    await world.start({ configFile });
    const before = await world.store.load('routing');
    await writeFile(configFile, CONFIGURATION.replace('client-key-one', 'client-key-two'));
    const wanted = hashKey(PEPPER, 'client-key-two-0123456789');
    await eventually(async () => (await publishedKeys())?.[0] === wanted, 1000);
    const after = await world.store.load('routing');
    expect(after?.credentials).toEqual(before?.credentials);
    expect(after?.version).toBeGreaterThan(before?.version ?? 0);
  });

  it('keeps the configuration before when the file turns bad, says why, and takes the next good one', async () => {
    await world.start({ configFile });
    const before = await publishedKeys();
    await writeFile(configFile, 'api-kyes: [a]\n');
    await eventually(() => world.lines.some(({ problems }) => JSON.stringify(problems ?? '').includes('api-keys')));
    expect(await publishedKeys()).toEqual(before);
    await writeFile(configFile, 'api-keys: ["client-key-three-0123456789"]\n');
    const wanted = hashKey(PEPPER, 'client-key-three-0123456789');
    await eventually(async () => (await publishedKeys())?.[0] === wanted);
  });

  it('goes on with the stored configuration when the file is bad at a later start', async () => {
    const first = await world.start({ configFile });
    await first.close();
    const before = await publishedKeys();
    await writeFile(configFile, 'api-kyes: [a]\n');
    const second = await world.start({ configFile });
    expect(await publishedKeys()).toEqual(before);
    expect((await fetch(`${second.address}/readyz`)).status).toBe(200);
  });

  it('refuses to start for the first time on a bad or missing file', async () => {
    await writeFile(configFile, 'api-kyes: [a]\n');
    await expect(world.start({ configFile })).rejects.toMatchObject({
      code: 'invalid_configuration',
      message: expect.stringContaining(`${configFile}:1:1 api-kyes`),
    });
    await expect(world.start({ configFile: join(folder, 'none.yaml') })).rejects.toMatchObject({
      code: 'invalid_configuration',
    });
  });

  it('uses the initial configuration once, and otherwise starts closed', async () => {
    const initial = { text: 'api-keys: ["client-key-demo-0123456789"]\nsimulator: true\n', filename: 'demo' };
    const first = await world.start({ initialConfiguration: initial });
    const routing = await world.store.load('routing');
    // The simulator's models are there at once, for the first request.
    expect(routing?.credentials[0]?.discovered).toContain('echo');
    await first.apply('api-keys: ["client-key-mine-0123456789"]\n', 'mine');
    await first.close();
    await world.start({ initialConfiguration: initial });
    expect(await publishedKeys()).toEqual([hashKey(PEPPER, 'client-key-mine-0123456789')]);

    const closed = await AdminWorld.open();
    await closed.start();
    expect(await closed.store.load('routing')).toMatchObject({ keys: [], credentials: [] });
    await closed.close();
  });

  it('writes no secret and no key into its log', async () => {
    const admin = await world.start({ configFile });
    await admin.apply(CONFIGURATION.replace('prefix: core', 'prefix: other'), 'again');
    const text = JSON.stringify(world.lines);
    expect(text).toContain('is in force');
    for (const secret of ['sk-claude-secret', 'client-key-one-0123456789', 'header-secret', OWNER_TOKEN, WIRE_TOKEN]) {
      expect(text).not.toContain(secret);
    }
  });
});

describe('publishing', () => {
  it('fills a Redis that lost the snapshot', async () => {
    const server = await startRedisServer();
    const snapshotStore = createRedisSnapshotStore({ url: server.url, commandTimeoutMs: 300 });
    await world.start({ configFile, snapshotStore });
    const version = await snapshotStore.version();
    await server.stop();
    const again = await startRedisServer({ port: Number(new URL(server.url).port) });
    const reader = createRedisSnapshotStore({ url: again.url });
    expect(await eventually(() => reader.version())).toBe(version);
    await Promise.all([reader.close(), snapshotStore.close()]);
    await again.stop();
  });

  it('starts, applies and answers pulls while Redis is away', async () => {
    const server = await startRedisServer();
    await server.stop();
    const snapshotStore = createRedisSnapshotStore({ url: server.url, commandTimeoutMs: 200 });
    const admin = await world.start({ configFile, snapshotStore });
    const { signal } = new AbortController();
    const pull = createSnapshotPull({ adminUrl: admin.address, part: 'routing', wireToken: WIRE_TOKEN });
    expect(await pull(signal)).toMatchObject({ keys: [{ hash: hashKey(PEPPER, 'client-key-one-0123456789') }] });
    expect((await admin.apply('api-keys: []\n', 'next')).type).toBe('applied');
    expect(await pull(signal)).toMatchObject({ keys: [] });
    await snapshotStore.close();
  });

  it('goes past a store that is ahead of a database restored from a backup', async () => {
    const first = await world.start({ configFile });
    await first.close();
    const stored = await world.store.load('routing');
    const credentials = await world.store.load('credentials');
    if (stored === undefined || credentials === undefined) throw new Error('nothing was published');
    const ahead = stored.version + 1_000_000;
    await world.store.publish({
      routing: { ...stored, version: ahead, keys: [] },
      credentials: { ...credentials, version: ahead },
    });
    await world.start({ configFile });
    expect(await world.store.version()).toBeGreaterThan(ahead);
    expect(await publishedKeys()).toHaveLength(1);
  });

  it('publishes what another admin changed in the database', async () => {
    await world.start({ configFile });
    const version = await raiseVersion(world.database, 0);
    await eventually(async () => (await world.store.version()) === version);
  });

  it('makes a new version of a snapshot that an earlier release compiled otherwise', async () => {
    const first = await world.start({ configFile });
    await first.close();
    const [routing, credentials] = [await world.store.load('routing'), await world.store.load('credentials')];
    if (routing === undefined || credentials === undefined) throw new Error('nothing was published');
    const otherwise = routing.credentials.map((credential) => ({ ...credential, nativeModels: ['older-*'] }));
    await world.store.publish({ routing: { ...routing, credentials: otherwise }, credentials });
    const second = await world.start({ configFile });
    const renewed = await world.store.load('routing');
    expect(renewed?.version).toBeGreaterThan(routing.version);
    expect(renewed?.credentials).toEqual(routing.credentials);
    await second.close();
    await world.start({ configFile });
    expect(await world.store.version()).toBe(renewed?.version);
  });
});

describe('discovery', () => {
  const withUpstream = (baseUrl: string): string =>
    `api-keys: ["client-key-one-0123456789"]\nopenai-compatibility:\n  - name: local\n    base-url: ${baseUrl}\n    api-key-entries: [{ api-key: sk-local }]\n`;

  it('publishes what an upstream lists', async () => {
    const baseUrl = await world.upstream((_request, response) => void response.end('{"data":[{"id":"listed"}]}'));
    const admin = await world.start({ snapshotStore: createMemorySnapshotStore() });
    await admin.apply(withUpstream(baseUrl), 'test');
    const list = async () => (await answerOf(await ask(admin.address, '/api/v1/models'))).data;
    const [model] = await eventually(async () => {
      const models = await list();
      return models.length > 0 && models;
    });
    expect(model).toMatchObject({ name: 'listed', origin: 'discovered' });
  });

  it('says why there is no list when a base URL answers with a web page, without holding up the rest', async () => {
    const baseUrl = await world.upstream((_request, response) => {
      response.setHeader('content-type', 'text/html').end('<html></html>');
    });
    const admin = await world.start();
    await admin.apply(withUpstream(baseUrl), 'test');
    expect(await publishedKeys()).toHaveLength(1);
    const line = await eventually(() => world.lines.find(({ reason }) => String(reason).includes('web page')));
    expect(line).toMatchObject({ level: 'warn', provider: 'openai-compatibility', label: 'local' });
  });
});
