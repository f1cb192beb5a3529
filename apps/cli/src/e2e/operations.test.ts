import { execFile } from 'node:child_process';

import { errorAnswer, repositoryFile, startReplayUpstream, type ReplayUpstream } from '@switchyard/testkit';

import { chat, CLIENT_KEY, until } from './call-gateway.js';
import { OWNER_TOKEN, SHAPES, startWorld, type World } from './start-world.js';

const MODEL = 'local/upstream-model';
const OPERATOR = { authorization: `Bearer ${OWNER_TOKEN}` };

const configOf = ({ url }: ReplayUpstream): string => `
api-keys: ["${CLIENT_KEY}"]
limits: { requests-per-minute: 1000 }
openai-compatibility:
  - name: local
    prefix: local
    base-url: ${url}/v1
    api-key-entries: [{ api-key: upstream-key }]
    models: [{ name: upstream-model }]
`;

interface Credential {
  readonly id: string;
  readonly state: string;
  readonly held: readonly { readonly reason: string }[];
}

interface Outcome {
  readonly code: number;
  readonly stdout: string;
}

describe.each(SHAPES)('operations in the %s shape', (shape) => {
  let upstream: ReplayUpstream;
  let world: World;

  beforeAll(async () => {
    upstream = await startReplayUpstream();
    const variables = { SWITCHYARD_OWNER_TOKEN: OWNER_TOKEN };
    world = await startWorld({ shape, config: configOf(upstream), variables, gateways: 3 });
  }, 60_000);

  afterAll(() => upstream.close());
  afterAll(() => world.stop(), 30_000);

  async function told<Told>(address: string): Promise<Told> {
    return JSON.parse(await (await fetch(address, { headers: OPERATOR })).text());
  }

  async function credentialAt(url: string): Promise<Credential | undefined> {
    const { data } = await told<{ readonly data: readonly Credential[] }>(`${url}/ops/credentials`);
    return data[0];
  }

  async function statuses(): Promise<readonly number[]> {
    const answers = await Promise.all(world.urls.map((url) => chat(url, { model: MODEL })));
    return answers.map(({ status }) => status);
  }

  /** Has the only credential refused, and waits until every gateway knows. */
  async function park(): Promise<string> {
    upstream.script(errorAnswer('openai-chat', 401, 'Incorrect API key provided'));
    expect((await chat(world.url, { model: MODEL })).status).toBe(502);
    const found = await Promise.all(
      world.urls.map((url) =>
        until(async () => {
          const credential = await credentialAt(url);
          return credential?.state === 'parked' ? credential : undefined;
        }),
      ),
    );
    expect(found.map(({ held }) => held.map(({ reason }) => reason))).toEqual(
      world.urls.map(() => ['upstream_auth_failed']),
    );
    const [{ id } = { id: '' }] = found;
    const before = upstream.requests.length;
    expect(await statuses()).toEqual(world.urls.map(() => 429));
    expect(upstream.requests).toHaveLength(before);
    return id;
  }

  /** Whether every gateway has heard that nothing is held against the credential. */
  async function isForgotten(): Promise<void> {
    for (const url of world.urls) {
      await until(async () => ((await credentialAt(url))?.state === 'healthy' ? true : undefined), 1_000);
    }
  }

  function credentials(...args: readonly string[]): Promise<Outcome> {
    return new Promise((resolve) => {
      const child = execFile(
        process.execPath,
        [repositoryFile('apps/cli/dist/main.js'), 'credentials', ...args, '--admin-url', world.adminUrl],
        { env: { PATH: process.env['PATH'], SWITCHYARD_OWNER_TOKEN: OWNER_TOKEN }, timeout: 30_000 },
        (_error, stdout) => resolve({ code: child.exitCode ?? -1, stdout }),
      );
    });
  }

  it('takes a credential that was refused back on all gateways after a reset', async () => {
    const id = await park();
    const response = await fetch(`${world.adminUrl}/api/v1/credentials/${id}/reset`, {
      method: 'POST',
      headers: OPERATOR,
    });
    expect([response.status, await response.json()]).toMatchObject([
      200,
      { credential: id, forgotten: [{ state: 'parked', reason: 'upstream_auth_failed' }] },
    ]);
    await isForgotten();
    expect(await statuses()).toEqual(world.urls.map(() => 200));
  });

  it('does so from the command line, which also lists and probes', async () => {
    const id = await park();
    const listed = await credentials('list');
    expect([listed.code, listed.stdout]).toEqual([0, expect.stringMatching(`${id} .* parked .*upstream_auth_failed`)]);
    const reset = await credentials('reset', id);
    expect([reset.code, reset.stdout]).toEqual([
      0,
      expect.stringContaining('forgotten: parked by upstream_auth_failed'),
    ]);
    await isForgotten();
    const probed = await credentials('probe', id, '--json');
    expect([probed.code, JSON.parse(probed.stdout)]).toMatchObject([0, { outcome: 'ok', forgotten: [], held: [] }]);
    const unknown = await credentials('reset', 'cred_gone');
    expect([unknown.code, JSON.parse(unknown.stdout)]).toMatchObject([1, { error: { code: 'resource_not_found' } }]);
  });

  it('takes it back after a probe that the upstream answers', async () => {
    const id = await park();
    const { code, stdout } = await credentials('probe', id);
    expect([code, stdout]).toEqual([0, expect.stringContaining('the provider answers it')]);
    await isForgotten();
    expect(await statuses()).toEqual(world.urls.map(() => 200));
  });

  it('tells operators how it serves, and nobody else', async () => {
    const { data } = await told<{ readonly data: readonly { readonly provider: string; readonly requests: number }[] }>(
      `${world.url}/v1/metrics/providers`,
    );
    expect(data).toMatchObject([{ provider: 'openai-compatibility', failures: { credential: 3 }, credentials: 1 }]);
    expect(await told(`${world.url}/ops/snapshot`)).toMatchObject({
      keys: 1,
      credentials: 1,
      replicas: world.urls.length,
    });
    const keys = await told<{ readonly data: readonly { readonly id: string }[] }>(`${world.adminUrl}/api/v1/keys`);
    expect(await told(`${world.url}/ops/limits?key_id=${keys.data[0]?.id}`)).toMatchObject({
      tenant: 'default',
      limits: [{ measure: 'requests', limit: 1_000 }],
    });
    const refused = await fetch(`${world.url}/ops/credentials`, { headers: { authorization: `Bearer ${CLIENT_KEY}` } });
    expect(refused.status).toBe(403);
    const all = await Promise.all(
      ['/ops/credentials', '/ops/snapshot', '/v1/metrics/providers'].map((path) => told(world.url + path)),
    );
    expect(JSON.stringify(all)).not.toMatch(/upstream-key|client-key/);
  });

  if (shape === 'standalone') return;

  it('refuses a reset while Redis is away, and serves on', async () => {
    const id = (await credentialAt(world.url))?.id;
    await world.redis?.stop();
    const reset = (): Promise<Response> =>
      fetch(`${world.adminUrl}/api/v1/credentials/${id}/reset`, { method: 'POST', headers: OPERATOR });
    const refused = await reset();
    expect([refused.status, refused.headers.get('retry-after'), await refused.json()]).toMatchObject([
      503,
      '1',
      { error: { code: 'not_ready' } },
    ]);
    expect(await statuses()).toEqual(world.urls.map(() => 200));
    const ready = await fetch(`${world.url}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([
      200,
      { status: 'ready', notes: { redis: expect.stringContaining('Redis is away') } },
    ]);
  });
});
