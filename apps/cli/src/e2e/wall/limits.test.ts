import { connectRedis, type RedisConnection } from '@switchyard/shared-state';
import { sampleAnswer, startReplayUpstream, type Answer, type ReplayUpstream } from '@switchyard/testkit';

import { until } from '../call-gateway.js';
import { startWorld, type World } from '../start-world.js';
import { ask, CLIENTS, open, type Seen, type WallRequest } from './clients.js';

const IS_LONG = process.env['SWITCHYARD_TEST_LONG'] === '1';
const CROWD = IS_LONG ? 1_000 : 300;
const ABORTS = IS_LONG ? 10_000 : 500;
/** How many of the crowd each limit has room for. */
const ROOM = 60;
const PLACES = 20;
/** What a gateway leaves behind when it is killed is over after this long. */
const LEASE_MS = 30_000;

const DIALECT = 'openai-chat';
const REQUEST: WallRequest = { model: 'priced', stream: false, text: 'prompt-text', maxTokens: 40 };
// What a request is held to cost before it is known: four bytes to a token, and its ceiling.
const INPUT = Math.ceil(JSON.stringify(CLIENTS[DIALECT].body(REQUEST)).length / 4);
const OUTPUT = 40;
const TOKENS = INPUT + OUTPUT;

const KEYS = {
  requests: `{ requests-per-minute: ${ROOM} }`,
  tokens: `{ budgets: [{ tokens: ${ROOM * TOKENS}, rolling: 24h }] }`,
  minute: `{ tokens-per-minute: ${ROOM * TOKENS} }`,
  // A token of either kind is a millionth of a dollar.
  dollars: `{ budgets: [{ usd: ${(ROOM * TOKENS) / 1_000_000}, rolling: 24h }] }`,
  thrifty: `{ budgets: [{ tokens: ${ROOM * TOKENS}, rolling: 24h }] }`,
  concurrent: `{ concurrent: ${PLACES} }`,
  leaving: `{ concurrent: 200 }`,
  killed: `{ concurrent: ${PLACES} }`,
};
type Key = keyof typeof KEYS;

const keyOf = (name: string): string => `client-key-of-${name}`;

const configOf = (url: string): string => `
tenants:
  - name: team
    shared: true
    api-keys:
${Object.entries(KEYS)
  .map(([name, limits]) => `      - { name: ${name}, key: ${keyOf(name)}, limits: ${limits} }`)
  .join('\n')}
  - name: sharing
    shared: true
    limits: { requests-per-minute: ${2 * ROOM} }
    api-keys:
      - { name: small, key: ${keyOf('small')}, limits: { requests-per-minute: ${ROOM / 2} } }
      - { name: free, key: ${keyOf('free')} }
prices: [{ model: priced, input: 1, output: 1 }]
together:
  - { api-key: upstream-key, base-url: "${url}/v1", models: [{ name: priced }] }
`;

describe('limits on three gateways', () => {
  let upstream: ReplayUpstream;
  let world: World;
  let urls: readonly string[];
  let redis: RedisConnection;
  let answer: () => Answer;
  let killedAtMs: number;

  const usual = (): Answer => sampleAnswer(DIALECT, { inputTokens: INPUT, outputTokens: OUTPUT });

  beforeAll(async () => {
    answer = usual;
    upstream = await startReplayUpstream({ answer: () => answer() });
    world = await startWorld({
      shape: 'split',
      gateways: 3,
      workers: 2,
      config: configOf(upstream.url),
      // A machine that is busy with tests may keep Redis from being in time.
      variables: { SWITCHYARD_REDIS_WAIT_MS: '5000' },
    });
    urls = world.urls;
    redis = connectRedis({ url: world.redis?.url ?? '', commands: { maxRetriesPerRequest: 1 } });
  }, 60_000);

  afterAll(() => upstream.close());
  afterAll(() => world.stop(), 30_000);
  afterAll(() => redis.disconnect());

  // What is let in without Redis is another matter, and says nothing of what is looked at here.
  afterEach(() => {
    expect(world.output().match(/"msg":"redis: [^"]+"/g) ?? []).toEqual([]);
  });

  /** A request with this key by way of the gateway whose turn it is. */
  function askAs(key: string, turn: number, more: Partial<WallRequest> = {}): Promise<Seen> {
    return ask(urls[turn % urls.length] ?? '', DIALECT, { ...REQUEST, key: keyOf(key), ...more });
  }

  /** So many requests at once, by all gateways alike. */
  async function crowd(key: string, size: number): Promise<{ admitted: readonly Seen[]; refused: readonly Seen[] }> {
    const seen = await Promise.all(Array.from({ length: size }, (_, turn) => askAs(key, turn)));
    return {
      admitted: seen.filter(({ status }) => status === 200),
      refused: seen.filter(({ status }) => status !== 200),
    };
  }

  /** How many places a key's requests hold in Redis, of those whose lease is not over. */
  async function leasesOf(key: Key): Promise<number> {
    const { headers } = await askAs(key, 0);
    const requestId = headers.get('x-request-id');
    const { keyId } = await until(async () => world.requestLines().find((line) => line['requestId'] === requestId));
    const names = await redis.keys(`*limits:*key:${String(keyId)}:concurrent`);
    expect(names.length).toBeLessThanOrEqual(1);
    const [name] = names;
    return name === undefined ? 0 : redis.zcount(name, Date.now(), '+inf');
  }

  /** Answers that hold every place until they are released. */
  function hold(): { release(): void } {
    const held = Promise.withResolvers<void>();
    answer = () => ({ ...streamed(), gate: (index) => (index === 2 ? held.promise : Promise.resolve()) });
    return {
      release: () => {
        answer = usual;
        held.resolve();
      },
    };
  }

  function streamed() {
    const sample = sampleAnswer(DIALECT, { stream: true, inputTokens: INPUT, outputTokens: OUTPUT });
    if (sample.type !== 'stream') throw new Error('a streamed answer is a stream');
    return sample;
  }

  /** How many requests of a key are let in at once, by all gateways together. */
  async function placesOf(key: Key): Promise<number> {
    const { release } = hold();
    const answers = await Promise.all(
      Array.from({ length: 3 * PLACES }, (_, turn) =>
        open(urls[turn % urls.length] ?? '', DIALECT, { ...REQUEST, stream: true, key: keyOf(key) }),
      ),
    );
    release();
    await Promise.all(answers.map((response) => response.text()));
    return answers.filter(({ status }) => status === 200).length;
  }

  it('begin with a gateway that is killed with all the places of a key', async () => {
    hold();
    const dying = urls[2] ?? '';
    const streams = await Promise.all(
      Array.from({ length: PLACES }, () => open(dying, DIALECT, { ...REQUEST, stream: true, key: keyOf('killed') })),
    );
    expect(streams.map(({ status }) => status)).toEqual(Array.from({ length: PLACES }, () => 200));
    expect((await askAs('killed', 0)).error).toContain('concurrency_limited');
    await world.process('gateway-3').kill('SIGKILL');
    killedAtMs = performance.now();
    await Promise.all(streams.map((response) => response.text().catch(() => '')));
    answer = usual;
    const back = await world.restart('gateway-3');
    urls = [...urls.slice(0, 2), back];
    await until(async () => ((await fetch(`${back}/readyz`)).ok ? true : undefined));
  }, 30_000);

  it.each([
    ['requests', 'rate_limited'],
    ['minute', 'rate_limited'],
    ['tokens', 'budget_exhausted'],
    ['dollars', 'budget_exhausted'],
  ] as const)('let in of a crowd exactly what there is room for: %s', async (key, code) => {
    const before = upstream.requests.length;
    const { admitted, refused } = await crowd(key, CROWD);
    expect([admitted.length, refused.length]).toEqual([ROOM, CROWD - ROOM]);
    expect(upstream.requests.length - before).toBe(ROOM);
    for (const { status, error, headers } of refused) {
      expect([status, error]).toEqual([429, expect.stringContaining(code)]);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    }
  });

  it('tell clients how they stand', async () => {
    const { headers, status } = await askAs('requests', 0);
    expect(status).toBe(429);
    expect(headers.get('x-ratelimit-limit-requests')).toBe(String(ROOM));
    expect(headers.get('x-ratelimit-remaining-requests')).toBe('0');
    expect(headers.get('x-ratelimit-reset-requests')).toMatch(/\ds$/);
  });

  it("charge a tenant nothing for what its key's own limit refuses", async () => {
    const [small, free] = await Promise.all([crowd('small', CROWD / 2), crowd('free', CROWD / 2)]);
    expect(small.admitted.length).toBeLessThanOrEqual(ROOM / 2);
    expect(small.admitted.length + free.admitted.length).toBe(2 * ROOM);
  });

  it('give back what a request was held to cost and did not', async () => {
    const truth = Math.floor(TOKENS / 3);
    answer = () => sampleAnswer(DIALECT, { inputTokens: truth - 1, outputTokens: 1 });
    let used = 0;
    for (let idle = 0; idle < 2;) {
      const { admitted } = await crowd('thrifty', ROOM + 9);
      used += admitted.length * truth;
      idle = admitted.length === 0 ? idle + 1 : 0;
    }
    answer = usual;
    expect(used).toBeLessThanOrEqual(ROOM * TOKENS);
    expect(ROOM * TOKENS - used).toBeLessThan(TOKENS);
  });

  it('hold as many at once as there are places, and again when those are free', async () => {
    expect([await placesOf('concurrent'), await placesOf('concurrent')]).toEqual([PLACES, PLACES]);
  });

  it(
    'keep no place for a client that left',
    async () => {
      const random = (below: number): number => Math.floor(Math.random() * below);
      answer = () => ({ ...streamed(), delayMs: random(30), chunkDelayMs: random(20) });
      let left = ABORTS;
      const leave = async (turn: number): Promise<void> => {
        for (; left > 0; turn += 1) {
          left -= 1;
          const signal = AbortSignal.timeout(random(80));
          await askAs('leaving', turn, { stream: true, signal }).catch(() => undefined);
        }
      };
      await Promise.all(Array.from({ length: 60 }, (_, turn) => leave(turn)));
      answer = usual;
      await until(async () => ((await leasesOf('leaving')) === 0 ? true : undefined), 10_000);
    },
    IS_LONG ? 300_000 : 30_000,
  );

  it('free the places of the killed gateway when its leases are over', async () => {
    const waitedMs = performance.now() - killedAtMs;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, LEASE_MS + 1_000 - waitedMs)));
    expect(await leasesOf('killed')).toBe(0);
    expect(await placesOf('killed')).toBe(PLACES);
  }, 60_000);

  it('lose no request that had not begun to answer when a worker is killed', async () => {
    answer = () => ({ ...usual(), delayMs: 100 });
    const seen: Promise<Seen>[] = [];
    for (let turn = 0; turn < 120; turn += 1) {
      seen.push(askAs('leaving', turn));
      if (turn === 40) void world.process('worker').kill('SIGKILL');
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const statuses = (await Promise.all(seen)).map(({ status, error }) => `${status} ${error}`);
    answer = usual;
    expect(new Set(statuses)).toEqual(new Set(['200 ']));
  });

  it('send nothing malformed upstream', () => {
    upstream.assertNoViolations();
  });
});
