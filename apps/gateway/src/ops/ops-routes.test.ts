import { setTimeout as sleep } from 'node:timers/promises';

import type { RoutingSnapshot } from '@switchyard/routing';
import { createRedisHealthStore, createRedisLimiter } from '@switchyard/shared-state';
import type { AttemptEnd, AttemptHandler } from '@switchyard/wire';

import { startDirectGateway } from '../__fixtures__/direct-gateway.js';
import type { Gateway } from '../start-gateway.js';
import { closeSharedState, createMemorySharedState, type SharedState } from '../state/shared-state.js';

const CREDENTIAL = { models: [{ name: 'm' }], discovered: [], nativeModels: [], excludedModels: [] };
const USAGE = { inputUncached: 3, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 2 };

const SNAPSHOT: RoutingSnapshot = {
  format: 1,
  version: 7,
  tenants: [
    {
      id: 't',
      name: 'tenant',
      prefixes: '*',
      shared: true,
      aliases: [],
      limits: { budgets: [{ unit: 'tokens', amount: 1_000_000, window: { type: 'calendar', unit: 'month' } }] },
    },
  ],
  keys: [
    {
      id: 'k',
      hash: 'hashed client',
      tenantId: 't',
      limits: { requestsPerMinute: 60, models: [{ model: 'big-*', concurrent: 1 }] },
    },
  ],
  credentials: [
    { ...CREDENTIAL, id: 'c1', provider: 'claude', prefix: 'core', priority: 1 },
    { ...CREDENTIAL, id: 'c2', provider: 'groq', priority: 0 },
  ],
  aliases: [],
  settings: {
    forceModelPrefix: false,
    requestRetry: 0,
    maxRetryCredentials: 0,
    deadlines: { connectMs: 1_000, headersMs: 1_000, firstContentMs: 1_000, idleMs: 1_000, totalMs: 5_000 },
    passthroughHeaders: false,
    keepaliveSeconds: 0,
  },
};

const TIMINGS = { preparedMs: 0, totalMs: 1 };

/** Refuses the first credential's key, and answers for any other. */
const handler: AttemptHandler = async (open, _body, reply): Promise<AttemptEnd> => {
  if (open.credentialId === 'c1') {
    const error = { code: 'upstream_auth_failed', message: 'no such key', status: 502 } as const;
    return { outcome: 'error', error, dropped: [], timings: TIMINGS };
  }
  reply.head({ status: 200, headers: { 'content-type': 'text/event-stream' } });
  reply.data(Buffer.from('data: {}\n\n'));
  const headroom = { requests: { remaining: 4, limit: 10 }, observedAtMs: Date.now() };
  return { outcome: 'success', usage: USAGE, headroom, dropped: [], timings: TIMINGS };
};

const start = (shared: SharedState): Promise<Gateway> =>
  startDirectGateway({ snapshot: SNAPSHOT, handler, shared, operatorToken: 'operator' });

const PATHS = ['/ops/credentials', '/ops/snapshot', '/ops/limits?key_id=k', '/v1/metrics/providers'];

describe('what operators may ask a gateway', () => {
  let gateway: Gateway;

  beforeAll(async () => {
    gateway = await start(createMemorySharedState());
    const answer = await fetch(`${gateway.address}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: 'Bearer client', 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'm', stream: true, messages: [] }),
    });
    expect([answer.status, answer.headers.get('x-switchyard-attempts')]).toEqual([200, '2']);
    await answer.text();
  });

  afterAll(() => gateway.close());

  const ask = (path: string, token = 'operator'): Promise<Response> =>
    fetch(gateway.address + path, { headers: token === '' ? {} : { authorization: `Bearer ${token}` } });

  const told = async (path: string): Promise<unknown> => (await ask(path)).json();

  it.each(PATHS)('is told to nobody else: %s', async (path) => {
    for (const [token, status, code] of [
      ['', 401, 'invalid_api_key'],
      ['stranger', 401, 'invalid_api_key'],
      ['client', 403, 'forbidden'],
    ] as const) {
      const refused = await ask(path, token);
      expect([refused.status, await refused.json()]).toMatchObject([status, { error: { code } }]);
    }
  });

  it.each(PATHS)('is only asked, never sent: %s', async (path) => {
    const refused = await fetch(gateway.address + path, {
      method: 'POST',
      headers: { authorization: 'Bearer operator' },
    });
    expect([refused.status, await refused.json()]).toMatchObject([405, { error: { code: 'method_not_allowed' } }]);
  });

  it('tells of each credential what is held against it, how busy it is and what is left', async () => {
    expect(await told('/ops/credentials')).toEqual({
      isAlone: false,
      data: [
        {
          id: 'c1',
          provider: 'claude',
          prefix: 'core',
          priority: 1,
          state: 'parked',
          held: [
            { state: 'parked', reason: 'upstream_auth_failed', since: expect.any(String), until: expect.any(String) },
          ],
          inFlight: 0,
          models: [],
        },
        {
          id: 'c2',
          provider: 'groq',
          priority: 0,
          state: 'healthy',
          held: [],
          inFlight: 0,
          firstContentMs: expect.any(Number),
          models: [
            {
              model: 'm',
              inFlight: 0,
              firstContentMs: expect.any(Number),
              headroom: { requests: { remaining: 4, limit: 10 }, observedAtMs: expect.any(Number) },
            },
          ],
        },
      ],
    });
  });

  it('tells which configuration it uses, and how it stands', async () => {
    expect(await told('/ops/snapshot')).toEqual({
      version: 7,
      tenants: 1,
      keys: 1,
      credentials: 2,
      workers: 1,
      inFlight: 0,
      replicas: 1,
      isAlone: { limits: false, health: false },
    });
  });

  it("tells how a key's limits stand, those of its tenant and of models too", async () => {
    expect(await told('/ops/limits?key_id=k')).toMatchObject({
      key: 'k',
      tenant: 'tenant',
      maxWaitMs: 0,
      isAlone: false,
      limits: [
        { scope: 'key:k', measure: 'requests', limit: 60, used: 1, remaining: 59 },
        { scope: 'key:k:model:big-*', measure: 'concurrent', limit: 1, used: 0, remaining: 1 },
        { scope: 'tenant:t', measure: 'tokens', limit: 1_000_000, used: 5, remaining: 999_995 },
      ],
    });
  });

  it.each(['/ops/limits', '/ops/limits?key_id=nobody'])('asks for a key that there is: %s', async (path) => {
    const refused = await ask(path);
    expect([refused.status, await refused.json()]).toMatchObject([400, { error: { param: 'key_id' } }]);
  });

  it('tells how each provider served', async () => {
    const quantiles = { p50: expect.any(Number), p95: expect.any(Number) };
    expect(await told('/v1/metrics/providers')).toEqual({
      data: [
        {
          provider: 'claude',
          requests: 1,
          successes: 0,
          cancelled: 0,
          failures: { credential: 1 },
          tokens: {},
          latencyMs: {},
          firstTokenMs: {},
          credentials: 1,
          cooling: [{ id: 'c1', state: 'parked', held: [expect.objectContaining({ reason: 'upstream_auth_failed' })] }],
        },
        {
          provider: 'groq',
          requests: 1,
          successes: 1,
          cancelled: 0,
          failures: {},
          tokens: { input: 3, output: 2 },
          latencyMs: quantiles,
          firstTokenMs: quantiles,
          credentials: 1,
          cooling: [],
        },
      ],
    });
  });
});

/** What a gateway says of itself once it is ready. */
async function readiness({ address }: Gateway): Promise<unknown> {
  const deadlineMs = Date.now() + 5_000;
  for (;;) {
    const ready = await fetch(`${address}/readyz`);
    if (ready.ok || Date.now() > deadlineMs) return ready.json();
    await sleep(20);
  }
}

describe('a gateway whose Redis was never there', () => {
  it('is ready, says so, and answers', async () => {
    const url = 'redis://127.0.0.1:1';
    const shared = {
      ...createMemorySharedState(),
      health: createRedisHealthStore({ url }),
      limiter: createRedisLimiter({ url }),
    };
    const gateway = await start(shared);
    try {
      expect(await readiness(gateway)).toEqual({
        status: 'ready',
        notes: { redis: expect.stringContaining('Redis is away') },
      });
      const headers = { authorization: 'Bearer operator' };
      const snapshot = await fetch(`${gateway.address}/ops/snapshot`, { headers });
      expect(await snapshot.json()).toMatchObject({ isAlone: { limits: true, health: true } });
      const answer = await fetch(`${gateway.address}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: 'Bearer client', 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'm', messages: [] }),
      });
      expect(answer.status).toBe(200);
    } finally {
      await gateway.close();
      await closeSharedState(shared);
    }
  });
});
