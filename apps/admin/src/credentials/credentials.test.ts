import type { HealthFailure } from '@switchyard/routing';
import { createMemoryHealthStore, createRedisHealthStore, type HealthStore } from '@switchyard/shared-state';

import { AdminWorld, ask } from '../__fixtures__/admin-harness.js';

let world: AdminWorld;
let address: string;
let health: HealthStore;

/** What the upstream answers to "list models". */
let answer: { status: number; contentType?: string; body: string } | 'silence';

beforeAll(async () => {
  world = await AdminWorld.open();
  health = createMemoryHealthStore();
  const baseUrl = await world.upstream((_request, response) => {
    if (answer === 'silence') return response.destroy();
    const { status, contentType = 'application/json', body } = answer;
    return response.writeHead(status, { 'content-type': contentType }).end(body);
  });
  const admin = await world.start({ health });
  address = admin.address;
  await admin.apply(
    `openai-compatibility:
  - { name: local, base-url: "${baseUrl}/v1", api-key-entries: [{ api-key: sk-local-secret }], models: [{ name: m }] }
simulator: true
`,
    'test',
  );
});

afterAll(async () => {
  await health.close();
  await world.close();
});

interface Told {
  readonly status: number;
  readonly body: {
    readonly data: readonly { readonly id: string; readonly provider: string; readonly health: unknown }[];
  };
}

async function credentials(): Promise<Told['body']['data']> {
  const page: Told['body'] = JSON.parse(await (await ask(address, '/api/v1/credentials')).text());
  return page.data;
}

async function idOf(slug: string): Promise<string> {
  return (await credentials()).find(({ provider }) => provider === slug)?.id ?? '';
}

async function post(path: string, at = address): Promise<readonly [status: number, body: unknown]> {
  const response = await ask(at, `/api/v1/credentials/${path}`, { method: 'POST' });
  return [response.status, await response.json()];
}

const failure = (scope: string, code: HealthFailure['code'] = 'upstream_auth_failed'): HealthFailure => ({
  scope,
  state: 'parked',
  code,
  baseMs: 60_000,
  capMs: 60_000,
});

const times = { since: expect.any(String), until: expect.any(String) };

describe('a credential that is out of use', () => {
  let id: string;

  beforeEach(async () => {
    id = await idOf('openai-compatibility');
    await health.reset(id);
    health.failed(failure(id));
    health.failed(failure(`${id}|m`));
  });

  it('is listed with what is held against it', async () => {
    const held = [
      { state: 'parked', reason: 'upstream_auth_failed', ...times },
      { model: 'm', state: 'parked', reason: 'upstream_auth_failed', ...times },
    ];
    const listed = await credentials();
    expect(listed.find((one) => one.id === id)?.health).toEqual({ state: 'parked', held });
    expect(listed.find((one) => one.id !== id)?.health).toEqual({ state: 'healthy', held: [] });
  });

  it('is taken back by a reset, which says what it forgot', async () => {
    const [status, told] = await post(`${id}/reset`);
    expect([status, told]).toEqual([
      200,
      {
        credential: id,
        forgotten: [expect.objectContaining({ state: 'parked' }), expect.objectContaining({ model: 'm' })],
      },
    ]);
    expect([...health.unhealthy()]).toEqual([]);
    expect(await post(`${id}/reset`)).toEqual([200, { credential: id, forgotten: [] }]);
  });

  it('is taken back by a probe that its upstream answers', async () => {
    answer = { status: 200, body: '{"models":[]}' };
    expect(await post(`${id}/probe`)).toMatchObject([
      200,
      { outcome: 'ok', forgotten: [{}, { model: 'm' }], held: [] },
    ]);
    expect([...health.unhealthy()]).toEqual([]);
  });

  it('is not taken back by a probe that tells nothing of its quota', async () => {
    health.failed(failure(`${id}|m`, 'upstream_rate_limited'));
    answer = { status: 200, body: '{"data":[]}' };
    expect(await post(`${id}/probe`)).toMatchObject([
      200,
      { outcome: 'ok', forgotten: [], held: [{}, { model: 'm' }] },
    ]);
  });

  it.each([
    [
      'a refusal',
      { status: 401, body: '{"error":{"message":"no key sk-local-secret"}}' },
      { code: 'upstream_auth_failed', upstreamStatus: 401 },
    ],
    ['an outage', { status: 503, body: '{}' }, { code: 'upstream_overloaded' }],
    ['a web page', { status: 200, contentType: 'text/html', body: '<html>' }, { code: 'upstream_malformed' }],
    ['no list', { status: 404, body: '{}' }, { code: 'operation_not_supported' }],
    ['nothing', 'silence' as const, { code: 'upstream_network_error' }],
  ])('stays so where the probe is answered with %s', async (_what, upstreamAnswer, error) => {
    answer = upstreamAnswer;
    const [status, told] = await post(`${id}/probe`);
    expect([status, told]).toMatchObject([
      200,
      { outcome: 'failed', error, forgotten: [], held: [{}, { model: 'm' }] },
    ]);
    expect(JSON.stringify(told)).not.toContain('sk-local-secret');
    expect([...health.unhealthy()]).toHaveLength(2);
  });
});

it('probes the simulator in this process', async () => {
  expect(await post(`${await idOf('simulator')}/probe`)).toMatchObject([200, { outcome: 'ok' }]);
});

it.each(['reset', 'probe'])('lets only the owner %s, and only what there is', async (action) => {
  const refused = await ask(address, `/api/v1/credentials/x/${action}`, { method: 'POST', token: 'nobody' });
  expect(refused.status).toBe(401);
  expect(await post(`cred_gone/${action}`)).toMatchObject([404, { error: { code: 'resource_not_found' } }]);
});

describe('without what gateways share', () => {
  it.each([
    ['Redis away', createRedisHealthStore, 503, 'not_ready', '1'],
    ['no Redis', undefined, 422, 'invalid_configuration', null],
  ])('says so: %s', async (_case, open, status, code, retryAfter) => {
    const away = open?.({ url: 'redis://127.0.0.1:1', probes: false });
    const admin = await world.start({ health: away });
    const id = await idOf('simulator');
    try {
      const listed: Told['body'] = JSON.parse(await (await ask(admin.address, '/api/v1/credentials')).text());
      expect(listed.data[0]?.health).toEqual({ state: 'unknown', held: [] });
      for (const action of ['reset', 'probe']) {
        const refused = await ask(admin.address, `/api/v1/credentials/${id}/${action}`, { method: 'POST' });
        expect([refused.status, refused.headers.get('retry-after')]).toEqual([status, retryAfter]);
        expect(await refused.json()).toMatchObject({ error: { code } });
      }
    } finally {
      await admin.close();
      await away?.close();
    }
  });
});
