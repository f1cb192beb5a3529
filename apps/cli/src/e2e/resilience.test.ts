import {
  frameEvent,
  openaiChatPayloads,
  startPostgresServer,
  startReplayUpstream,
  type PrivateServer,
  type ReplayUpstream,
  type StreamAnswer,
} from '@switchyard/testkit';

import { chat, CLIENT_KEY, openChat, until } from './call-gateway.js';
import { SHAPES, startWorld, type World } from './start-world.js';

const MODEL = 'local/upstream-model';
const PAYLOADS = openaiChatPayloads({ pieces: ['answer-text one ', 'two ', 'three'] });
const WHOLE_STREAM = Buffer.concat(PAYLOADS.map((payload) => frameEvent('openai-chat', payload))).toString();

const configOf = ({ url }: ReplayUpstream): string => `
api-keys: ["${CLIENT_KEY}"]
request-retry: 1
openai-compatibility:
  - name: local
    prefix: local
    base-url: ${url}/v1
    api-key-entries: [{ api-key: upstream-key }]
    models: [{ name: upstream-model }]
`;

/** Streams that stop after their first words until they are released. */
function heldStream(): { readonly answer: StreamAnswer; release(): void } {
  const held = Promise.withResolvers<void>();
  const gate = (index: number): Promise<void> => (index === 3 ? held.promise : Promise.resolve());
  return { answer: { type: 'stream', payloads: PAYLOADS, gate }, release: () => held.resolve() };
}

/** The text of a stream, from when its first words are here. */
async function openStream(url: string): Promise<{ readonly text: Promise<string> }> {
  const response = await openChat(url, { model: MODEL, stream: true });
  return { text: response.text() };
}

async function statusNow(url: string): Promise<number> {
  return (await chat(url, { model: MODEL })).status;
}

describe('the split shape', () => {
  let upstream: ReplayUpstream;
  let postgres: PrivateServer;
  let world: World;
  /** Of the gateway, after its restart. */
  let url: string;

  beforeAll(async () => {
    upstream = await startReplayUpstream();
    postgres = await startPostgresServer();
    world = await startWorld({
      shape: 'split',
      config: configOf(upstream),
      workers: 2,
      databaseUrl: postgres.url,
    });
    await bothWorkersConnected();
  }, 60_000);

  afterAll(() => upstream.close());
  afterAll(() => world.stop(), 30_000);

  /** Busy workers are passed over, so that of two held requests each holds one. */
  async function bothWorkersConnected(count = 2): Promise<void> {
    const connected = () => world.output().match(/"msg":"connected to a worker"/g)?.length ?? 0;
    await until(async () => (connected() >= count ? true : undefined));
  }

  it('answers a request on another worker when its own is killed before it has begun to answer', async () => {
    upstream.script({ type: 'silence' }, { type: 'silence' });
    const before = upstream.requests.length;
    const leave = new AbortController();
    const requests = [1, 2].map(() => chat(world.url, { model: MODEL, signal: leave.signal }));
    await upstream.waitForRequests(before + 2);
    await world.process('worker').kill('SIGKILL');
    const answer = await Promise.race(requests);
    expect([answer.status, answer.headers.get('x-switchyard-attempts')]).toEqual([200, '2']);
    expect(upstream.requests).toHaveLength(before + 3);
    leave.abort();
    const outcomes = await Promise.allSettled(requests);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    await world.restart('worker');
    await bothWorkersConnected(3);
  });

  it('tells the client in its stream when the worker is killed after it has begun', async () => {
    const { answer, release } = heldStream();
    upstream.script(answer, answer);
    const streams = [await openStream(world.url), await openStream(world.url)];
    await world.process('worker-2').kill('SIGKILL');
    const broken = await Promise.race(streams.map(({ text }) => text));
    expect(broken.startsWith(WHOLE_STREAM.slice(0, 300))).toBe(true);
    expect(broken).toMatch(/\n\ndata: \{"error":\{.*"code":"worker_lost".*\n\n$/);
    expect(broken).not.toContain('[DONE]');
    release();
    const texts = await Promise.all(streams.map(({ text }) => text));
    expect(texts.filter((text) => text === WHOLE_STREAM)).toHaveLength(1);
    await world.restart('worker-2');
    await bothWorkersConnected(4);
  });

  it('lets the streams of a worker that is stopped finish, and sends new requests elsewhere', async () => {
    const { answer, release } = heldStream();
    upstream.script(answer, answer);
    const streams = [await openStream(world.url), await openStream(world.url)];
    const ended = world.process('worker').kill('SIGTERM');
    await world.process('worker').waitForOutput(/worker stopping/);
    expect([await statusNow(world.url), await statusNow(world.url)]).toEqual([200, 200]);
    release();
    expect(await Promise.all(streams.map(({ text }) => text))).toEqual([WHOLE_STREAM, WHOLE_STREAM]);
    expect(await ended).toEqual({ code: 0, signal: null });
    await world.restart('worker');
    await bothWorkersConnected(5);
  });

  it('goes on when Redis is deaf', async () => {
    world.redis?.pause();
    try {
      const startedAtMs = performance.now();
      expect(await statusNow(world.url)).toBe(200);
      expect(performance.now() - startedAtMs).toBeLessThan(1_000);
    } finally {
      world.redis?.resume();
    }
  });

  it('goes on without admin, Postgres and Redis, and restarts from what it keeps on disk', async () => {
    await world.process('admin').kill('SIGKILL');
    await postgres.stop();
    await world.redis?.stop();
    expect(await statusNow(world.url)).toBe(200);

    for (const name of ['worker', 'worker-2', 'gateway']) {
      expect([name, await world.process(name).kill()]).toEqual([name, { code: 0, signal: null }]);
    }
    await world.restart('worker');
    url = await world.restart('gateway');
    await until(async () => ((await fetch(`${url}/readyz`)).ok ? true : undefined));
    expect(await statusNow(url)).toBe(200);
    expect((await chat(url, { model: MODEL, key: 'client-key-of-nobody' })).status).toBe(401);
  }, 60_000);

  it('says when to return, and is not ready, while no worker is there', async () => {
    await world.process('worker').kill('SIGKILL');
    // A request that comes before the gateway has heard of it is lost with the connection.
    const notReady = await until(async () => {
      const response = await fetch(`${url}/readyz`);
      return response.status === 503 ? response.text() : undefined;
    });
    expect(JSON.parse(notReady)).toMatchObject({ reasons: { workers: expect.any(String) } });
    const answer = await chat(url, { model: MODEL });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
    expect(JSON.parse(answer.text)).toMatchObject({ error: { code: 'no_worker' } });
  });

  it('sends nothing malformed upstream', () => {
    upstream.assertNoViolations();
  });
});

describe.each(SHAPES)('SIGTERM in the %s shape', (shape) => {
  let upstream: ReplayUpstream;
  let world: World;

  beforeAll(async () => {
    upstream = await startReplayUpstream();
    world = await startWorld({ shape, config: configOf(upstream) });
  }, 60_000);

  afterAll(() => upstream.close());
  afterAll(() => world.stop(), 30_000);

  it('lets a running stream finish, fails readiness meanwhile, and ends with code 0', async () => {
    const { answer, release } = heldStream();
    upstream.script(answer);
    const { text } = await openStream(world.url);
    const ended = world.process('gateway').kill('SIGTERM');
    const notReady = await until(async () => {
      const response = await fetch(`${world.url}/readyz`);
      return response.ok ? undefined : response.text();
    });
    expect(JSON.parse(notReady)).toMatchObject({ reasons: { draining: expect.any(String) } });
    release();
    expect(await text).toBe(WHOLE_STREAM);
    expect(await ended).toEqual({ code: 0, signal: null });
    expect(world.requestLines()).toMatchObject([{ status: 200 }]);
  });
});
