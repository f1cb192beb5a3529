import { setTimeout as sleep } from 'node:timers/promises';

import type { Limits, RoutingSnapshot } from '@switchyard/routing';
import { createMemoryUsageSink, type MemoryUsageSink } from '@switchyard/shared-state';
import type { AttemptEnd, AttemptHandler } from '@switchyard/wire';

import { startDirectGateway } from './__fixtures__/direct-gateway.js';
import type { Gateway } from './start-gateway.js';
import { closeSharedState, createMemorySharedState, type SharedState } from './state/shared-state.js';

const DEADLINES = { connectMs: 1_000, headersMs: 1_000, firstContentMs: 1_000, idleMs: 1_000, totalMs: 5_000 };

function snapshotWith(limits: Limits, more: Partial<RoutingSnapshot> = {}): RoutingSnapshot {
  const credential = { models: [], discovered: [], nativeModels: [], excludedModels: [], priority: 0 };
  return {
    format: 1,
    version: 1,
    tenants: [{ id: 't', name: 'team', prefixes: '*', shared: true, aliases: [] }],
    keys: [{ id: 'k', hash: 'hashed key', tenantId: 't', limits }],
    credentials: [{ ...credential, id: 'c', provider: 'claude', prefix: 'p' }],
    aliases: [],
    settings: {
      forceModelPrefix: false,
      requestRetry: 0,
      maxRetryCredentials: 0,
      deadlines: DEADLINES,
      passthroughHeaders: false,
      keepaliveSeconds: 0,
      // Three and fifteen dollars for a million tokens.
      prices: [{ provider: 'claude', model: '*', input: 3_000_000, output: 15_000_000 }],
    },
    ...more,
  };
}

const USAGE = { inputUncached: 100, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 10 };
const SUCCESS: AttemptEnd = {
  outcome: 'success',
  usage: USAGE,
  dropped: [],
  timings: { preparedMs: 0, totalMs: 1 },
};

const answering: AttemptHandler = async (_open, _body, reply) => {
  reply.head({ status: 200, headers: { 'content-type': 'application/json' } });
  await reply.data(Buffer.from('{}'));
  return SUCCESS;
};

let gateway: Gateway;
let shared: SharedState;
let usage: MemoryUsageSink;

async function start(snapshot: RoutingSnapshot, handler: AttemptHandler = answering): Promise<void> {
  usage = createMemoryUsageSink();
  shared = { ...createMemorySharedState(), usage };
  gateway = await startDirectGateway({ snapshot, handler, shared });
}

afterEach(async () => {
  await gateway.close();
  await closeSharedState(shared);
});

const PATHS = { 'openai-chat': '/v1/chat/completions', 'anthropic-messages': '/v1/messages' } as const;
type Asked = { readonly dialect?: keyof typeof PATHS; readonly signal?: AbortSignal; readonly model?: string };

function ask({ dialect = 'openai-chat', signal, model = 'p/m' }: Asked = {}): Promise<Response> {
  return fetch(`${gateway.address}${PATHS[dialect]}`, {
    method: 'POST',
    headers: { authorization: 'Bearer key', 'content-type': 'application/json' },
    body: JSON.stringify({ model, max_tokens: 50, messages: [] }),
    signal: signal ?? null,
  });
}

/** How many requests at once the key's limit of concurrency has left. */
async function placesLeft(limit: number): Promise<number | undefined> {
  const rules = [{ scope: 'key:k', measure: 'concurrent', limit }] as const;
  return (await shared.limiter.standings('t', rules))[0]?.remaining;
}

describe('a request over a limit', () => {
  it.each(['openai-chat', 'anthropic-messages'] as const)(
    'is refused in the words of %s, with the time to come back',
    async (dialect) => {
      await start(snapshotWith({ requestsPerMinute: 1 }));
      const first = await ask({ dialect });
      expect(first.status).toBe(200);
      expect(first.headers.get('x-ratelimit-remaining-requests')).toBe('0');
      const second = await ask({ dialect });
      expect(second.status).toBe(429);
      const wait = Number(second.headers.get('retry-after'));
      expect(wait).toBeGreaterThan(50);
      expect(wait).toBeLessThanOrEqual(62);
      const { error } = JSON.parse(await second.text());
      expect(error.message).toContain("the key's limit of 1 request per minute");
      expect(error.type).toMatch(/^rate_limit/);
    },
  );

  it('is not counted, and neither is one for a model that does not exist', async () => {
    await start(snapshotWith({ requestsPerMinute: 2 }));
    expect((await ask({ model: 'nowhere/m' })).status).toBe(404);
    expect([(await ask()).status, (await ask()).status, (await ask()).status]).toEqual([200, 200, 429]);
  });

  it('waits for its turn where the operator wants that', async () => {
    const gate = Promise.withResolvers<void>();
    let running = 0;
    await start(snapshotWith({ concurrent: 1, whenLimited: 'wait', maxWaitMs: 4_000 }), async (...attempt) => {
      running += 1;
      expect(running).toBe(1);
      await gate.promise;
      running -= 1;
      return answering(...attempt);
    });
    const both = Promise.all([ask(), ask()]);
    await sleep(50);
    gate.resolve();
    expect((await both).map(({ status }) => status)).toEqual([200, 200]);
  });

  it('is written down as left, and not as broken, where its client does not wait', async () => {
    const gate = Promise.withResolvers<void>();
    await start(snapshotWith({ concurrent: 1, whenLimited: 'wait', maxWaitMs: 4_000 }), async (...attempt) => {
      await gate.promise;
      return answering(...attempt);
    });
    const first = ask();
    while ((await placesLeft(1)) !== 0) await sleep(5);
    const client = new AbortController();
    const second = ask({ signal: client.signal }).catch(() => 'left');
    await sleep(50);
    client.abort();
    expect(await second).toBe('left');
    while (usage.records().length === 0) await sleep(5);
    expect(usage.records()).toEqual([
      expect.objectContaining({ status: 499, errorCode: 'client_closed', attempts: 0 }),
    ]);
    gate.resolve();
    expect((await first).status).toBe(200);
  });
});

describe('what a request holds', () => {
  it('is given back when it is over', async () => {
    await start(snapshotWith({ concurrent: 3 }));
    await ask();
    await sleep(20);
    expect(await placesLeft(3)).toBe(3);
  });

  it('is given back when its client leaves', async () => {
    const started = Promise.withResolvers<void>();
    await start(snapshotWith({ concurrent: 3 }), async (_open, _body, _reply, signal) => {
      started.resolve();
      await new Promise((resolve) => {
        signal.addEventListener('abort', resolve, { once: true });
      });
      return { ...SUCCESS, outcome: 'cancelled', usage: undefined };
    });
    const client = new AbortController();
    const asked = ask({ signal: client.signal }).catch(() => undefined);
    await started.promise;
    expect(await placesLeft(3)).toBe(2);
    client.abort();
    await asked;
    await sleep(100);
    expect(await placesLeft(3)).toBe(3);
  });

  it('is given back when the attempt breaks', async () => {
    await start(snapshotWith({ concurrent: 3 }), () => Promise.reject(new Error('a bug')));
    expect((await ask()).status).toBe(500);
    await sleep(20);
    expect(await placesLeft(3)).toBe(3);
  });

  it('is charged at what it used, not at what was held back', async () => {
    const rule = { unit: 'tokens', amount: 1_000, window: { type: 'calendar', unit: 'day' } } as const;
    await start(snapshotWith({ budgets: [rule] }));
    await ask();
    await sleep(20);
    const rules = [{ scope: 'key:k', measure: 'tokens', limit: 1_000, window: rule.window }] as const;
    expect((await shared.limiter.standings('t', rules))[0]?.remaining).toBe(1_000 - 110);
  });

  it('is written down once, with what it cost', async () => {
    await start(snapshotWith({}));
    const requestId = (await ask()).headers.get('x-request-id');
    await sleep(20);
    expect(usage.records()).toEqual([
      expect.objectContaining({
        requestId,
        tenantId: 't',
        keyId: 'k',
        model: 'p/m',
        provider: 'claude',
        credentialId: 'c',
        upstreamModel: 'm',
        status: 200,
        attempts: 1,
        inputUncached: 100,
        output: 10,
        isEstimated: false,
        usdMicros: 300 + 150,
      }),
    ]);
  });

  it('is guessed from the size of the answer where nobody says', async () => {
    await start(snapshotWith({}), async (_open, _body, reply) => {
      reply.head({ status: 200, headers: { 'content-type': 'application/json' } });
      await reply.data(Buffer.alloc(400));
      return { ...SUCCESS, usage: undefined };
    });
    await (await ask()).text();
    await sleep(20);
    expect(usage.records()).toEqual([expect.objectContaining({ output: 100, isEstimated: true })]);
  });
});
