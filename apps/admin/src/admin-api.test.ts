import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { hashKey } from '@switchyard/config';
import { currentVersion } from '@switchyard/database';

import {
  AdminWorld,
  answerOf,
  ask,
  CONFIGURATION,
  PEPPER,
  postYaml,
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

describe('the admin API', () => {
  it('lets only the owner in', async () => {
    const { address } = await world.start({ configFile });
    const none = await fetch(`${address}/api/v1/tenants`);
    expect([none.status, (await answerOf(none)).error.code]).toEqual([401, 'missing_api_key']);
    const wrong = await ask(address, '/api/v1/tenants', { token: WIRE_TOKEN });
    expect([wrong.status, (await answerOf(wrong)).error.code]).toEqual([401, 'invalid_api_key']);
    const headers = { 'content-type': 'application/yaml' };
    const unsigned = await fetch(`${address}/api/v1/config/apply`, { method: 'POST', body: 'api-keys: []', headers });
    expect([unsigned.status, await publishedKeys()]).toEqual([401, [hashKey(PEPPER, 'client-key-one-0123456789')]]);
  });

  it('validates without changing anything', async () => {
    const { address } = await world.start({ configFile });
    const version = await currentVersion(world.database);
    const good = await postYaml(address, '/api/v1/config/validate', 'api-keys: ["client-key-new-0123456789"]\n');
    expect([good.status, await good.json()]).toEqual([200, { valid: true, warnings: [] }]);
    const bad = await postYaml(address, '/api/v1/config/validate', 'api-kyes: []\n');
    expect([bad.status, await bad.json()]).toMatchObject([
      422,
      {
        error: {
          code: 'invalid_configuration',
          problems: [{ key: 'api-kyes', line: 1, severity: 'error' }, { severity: 'warning' }],
        },
      },
    ]);
    expect(await currentVersion(world.database)).toBe(version);
  });

  it('applies what is sent as YAML or as JSON, and names the changes', async () => {
    const { address } = await world.start();
    const text = 'api-keys: ["client-key-one-0123456789"]\n';
    const first = await postYaml(address, '/api/v1/config/apply', text);
    expect([first.status, await first.json()]).toMatchObject([
      200,
      {
        changes: [
          { action: 'created', kind: 'tenant', name: 'default' },
          { action: 'created', kind: 'key' },
        ],
      },
    ]);
    const body = JSON.stringify({ text, filename: 'config.yaml' });
    const headers = { 'content-type': 'application/json' };
    const second = await ask(address, '/api/v1/config/apply', { method: 'POST', body, headers });
    expect([second.status, (await answerOf(second)).changes]).toEqual([200, []]);
    const bad = await ask(address, '/api/v1/config/apply', { method: 'POST', body: '{"text":"a: ["}', headers });
    expect(bad.status).toBe(422);
    expect(await publishedKeys()).toHaveLength(1);
  });

  it('refuses a key beside its own hash', async () => {
    const { address } = await world.start();
    const key = 'client-key-one-0123456789';
    const tenant = `{ name: b, api-keys: [{ hash: "${hashKey(PEPPER, key)}" }] }`;
    const refused = await postYaml(address, '/api/v1/config/apply', `api-keys: ["${key}"]\ntenants: [${tenant}]\n`);
    const message = 'a key of the tenant "b" is the same as one of "default"';
    expect([refused.status, await refused.json()]).toMatchObject([422, { error: { problems: [{ message }] } }]);
    expect(await publishedKeys()).toEqual([]);
  });

  it('gives a configuration from the network neither files nor secrets of this machine', async () => {
    const secretFile = join(folder, 'secret');
    await writeFile(secretFile, 'file-secret');
    const variables = { SWITCHYARD_MASTER_KEY: 'k1:secret', CLIENT_KEY: 'client-key-env-0123456789' };
    const { address } = await world.start({ variables });
    for (const reference of [`\${file:${secretFile}}`, '${SWITCHYARD_MASTER_KEY}']) {
      const refused = await postYaml(address, '/api/v1/config/apply', `api-keys: ["${reference}"]\n`);
      expect(refused.status).toBe(422);
    }
    const taken = await postYaml(address, '/api/v1/config/apply', 'api-keys: ["${CLIENT_KEY}"]\n');
    expect(taken.status).toBe(200);
    expect(await publishedKeys()).toEqual([hashKey(PEPPER, 'client-key-env-0123456789')]);
  });

  it('lists resources without their secrets', async () => {
    const { address } = await world.start({ configFile });
    const lists = await Promise.all(
      ['tenants', 'keys', 'prefixes', 'aliases', 'credentials', 'models'].map(async (name) => {
        const { data } = await answerOf(await ask(address, `/api/v1/${name}`));
        return [name, data] as const;
      }),
    );
    expect(Object.fromEntries(lists)).toMatchObject({
      tenants: [{ name: 'default', prefixes: '*', shared: true, source: 'file' }],
      keys: [{ visiblePrefix: 'client-' }],
      prefixes: [{ id: 'core' }],
      aliases: [{ name: 'fast' }],
      credentials: [{ provider: 'claude', prefix: 'core', hasSecret: true, headerNames: ['x-secret'] }],
      models: [{ name: 'claude-upstream', alias: 'sonnet', prefix: 'core', origin: 'configured' }],
    });
    const text = JSON.stringify(lists);
    const secrets = ['sk-claude-secret', 'header-secret', 'v1.k1.', hashKey(PEPPER, 'client-key-one-0123456789')];
    for (const secret of secrets) expect(text).not.toContain(secret);
  });

  it('pages through a list', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const { address } = await world.start();
    const tenants = names.map((name) => `  - { name: ${name}, prefixes: "*" }`).join('\n');
    await postYaml(address, '/api/v1/config/apply', `tenants:\n${tenants}\n`);
    const seen: string[] = [];
    for (let cursor = ''; ;) {
      const page = await answerOf(await ask(address, `/api/v1/tenants?limit=2${cursor}`));
      seen.push(...page.data.map(({ name }) => name));
      if (page.nextCursor === undefined) break;
      cursor = `&cursor=${page.nextCursor}`;
    }
    expect(seen.toSorted()).toEqual(names);
  });

  it.each([
    ['GET', '/api/v1/tenants?limit=0', undefined, 400, 'invalid_request'],
    ['GET', '/api/v1/tenants?cursor=%20', undefined, 400, 'invalid_request'],
    ['GET', '/api/v1/nothing', undefined, 404, 'route_not_found'],
    ['POST', '/api/v1/config/apply', '{', 400, 'invalid_request'],
    ['POST', '/api/v1/config/apply', '{"yaml":1}', 400, 'invalid_request'],
  ])('answers %s %s %s as an error of its own shape', async (method, path, body, status, code) => {
    const { address } = await world.start();
    const headers: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
    const answer = await ask(address, path, { method, body, headers });
    expect([answer.status, await answer.json()]).toMatchObject([
      status,
      { error: { code, message: expect.any(String) } },
    ]);
  });

  it('serves the halves of the snapshot to the data plane alone, and only what is new', async () => {
    const { address } = await world.start({ configFile });
    for (const part of ['routing', 'credentials'] as const) {
      const path = `/internal/v1/snapshot/${part}`;
      expect((await ask(address, path)).status).toBe(401);
      const full = await ask(address, path, { token: WIRE_TOKEN });
      expect([full.status, await full.json()]).toEqual([200, await world.store.load(part)]);
      const etag = full.headers.get('etag') ?? '';
      const again = await ask(address, path, { token: WIRE_TOKEN, headers: { 'if-none-match': etag } });
      expect([again.status, await again.text()]).toEqual([304, '']);
    }
  });

  it('is alive and ready', async () => {
    const { address } = await world.start();
    expect((await fetch(`${address}/healthz`)).status).toBe(200);
    expect((await fetch(`${address}/readyz`)).status).toBe(200);
  });
});
