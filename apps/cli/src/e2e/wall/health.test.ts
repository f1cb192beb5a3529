import {
  sampleAnswer,
  startRedisProxy,
  startReplayUpstream,
  type RedisProxy,
  type ReplayUpstream,
} from '@switchyard/testkit';

import { CLIENT_KEY, until } from '../call-gateway.js';
import { startWorld, type World } from '../start-world.js';
import { ask, type Seen } from './clients.js';
import { failing, modelOf } from './upstreams.js';

const DIALECT = 'openai-chat';
const PROMISED_MS = 200;
/** After an outage, which is noticed and mended in steps. */
const CONVERGED_MS = 1_500;
// Of requests one after the other, on a machine that does other things too.
const WAIT_MS = 50;
const NOISE_MS = 50;

/** Names of upstreams that refuse, each once for one test; an alias of the same name has a healthy one behind it. */
const PROBED = [0, 25, 50, 100, PROMISED_MS].flatMap((delayMs) =>
  Array.from({ length: 4 }, (_, index) => ({ name: `after-${delayMs}-${index}`, delayMs })),
);
const NAMES = [...PROBED.map(({ name }) => name), 'restarted', 'cut-here', 'cut-there'];
const RATE = 30;
/** What the healthy upstream says that an answer costs. */
const TOKENS = 14;
/** So often a gateway says that it is there, and learns how many others are. */
const HEARTBEAT_MS = 10_000;
const AWAY = ['stopped', 'hanging', 'slow'] as const;

const keyOf = (name: string): string => `client-key-of-${name}`;

const configOf = (url: string): string => `
api-keys: ["${CLIENT_KEY}"]
tenants:
  - name: team
    shared: true
    api-keys:
${AWAY.map((name) => `      - { key: ${keyOf(name)}, limits: { requests-per-minute: ${RATE} } }`).join('\n')}
      - { key: ${keyOf('roomy')}, limits: { budgets: [{ tokens: 1000000, rolling: 24h }] } }
together:
  - { api-key: upstream-key, base-url: "${url}/v1", models: [{ name: good }] }
${NAMES.map((name) => `  - { api-key: upstream-key-${name}, base-url: "${url}/v1", models: [{ name: bad-${name} }] }`).join('\n')}
aliases:
${NAMES.map((name) => `  - { name: ${name}, targets: [{ model: bad-${name} }, { model: good }] }`).join('\n')}
`;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('three gateways with one Redis', () => {
  let upstream: ReplayUpstream;
  let world: World;
  let urls: readonly string[];
  const proxies = new Map<string, RedisProxy>();

  beforeAll(async () => {
    upstream = await startReplayUpstream({
      keys: ['upstream-key', ...NAMES.map((name) => `upstream-key-${name}`)],
      answer: (request) =>
        modelOf(request) === 'good'
          ? sampleAnswer(DIALECT)
          : failing(429, { 'retry-after': '60' })({ dialect: DIALECT, stream: false, begun: '', before: 0 }),
    });
    world = await startWorld({
      shape: 'split',
      gateways: 3,
      config: configOf(upstream.url),
      redisUrlOf: async (service, redisUrl) => {
        if (!service.startsWith('gateway')) return redisUrl;
        const proxy = await startRedisProxy(redisUrl);
        proxies.set(service, proxy);
        return proxy.url;
      },
    });
    urls = world.urls;
  }, 60_000);

  afterAll(() => upstream.close());
  afterAll(() => Promise.all([...proxies.values()].map((proxy) => proxy.close())));
  afterAll(() => world.stop(), 30_000);

  function askAt(gateway: number, model: string, key = CLIENT_KEY): Promise<Seen> {
    return ask(urls[gateway] ?? '', DIALECT, { model, stream: false, text: 'prompt-text', key });
  }

  function callsOf(name: string): number {
    return upstream.requests.filter((request) => modelOf(request) === `bad-${name}`).length;
  }

  async function onAllProxies(act: (proxy: RedisProxy) => void | Promise<void>): Promise<void> {
    await Promise.all([...proxies.values()].map(act));
  }

  it('avoid a credential that failed at one of them, all of them, within the promised time', async () => {
    const late = await Promise.all(
      PROBED.map(async ({ name, delayMs }, index) => {
        const first = index % urls.length;
        const { status } = await askAt(first, name);
        await sleep(delayMs);
        const others = urls.map((_, gateway) => gateway).filter((gateway) => gateway !== first);
        await Promise.all(others.map((gateway) => askAt(gateway, name)));
        return { delayMs, status, calls: callsOf(name) - 1 };
      }),
    );
    expect(late.filter(({ status }) => status !== 200)).toEqual([]);
    expect(late.filter(({ delayMs, calls }) => delayMs === PROMISED_MS && calls > 0)).toEqual([]);
  });

  it('know after all of them were restarted what was held against a credential', async () => {
    await askAt(0, 'restarted');
    const names = ['gateway', 'gateway-2', 'gateway-3'];
    await Promise.all(names.map((name) => world.process(name).kill()));
    urls = await Promise.all(names.map((name) => world.restart(name)));
    await Promise.all(
      urls.map((url) => until(async () => ((await fetch(`${url}/readyz`)).ok ? true : undefined), 20_000)),
    );
    const seen = await Promise.all(urls.map((_, gateway) => askAt(gateway, 'restarted')));
    expect(seen.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(callsOf('restarted')).toBe(1);
  }, 60_000);

  it('agree again after one of them was cut off from Redis', async () => {
    const proxy = proxies.get('gateway-3');
    await proxy?.refuse();
    await sleep(300);
    await Promise.all([askAt(0, 'cut-here'), askAt(2, 'cut-there')]);
    await proxy?.pass();
    await sleep(CONVERGED_MS);
    await Promise.all([askAt(2, 'cut-here'), askAt(0, 'cut-there'), askAt(1, 'cut-there')]);
    expect([callsOf('cut-here'), callsOf('cut-there')]).toEqual([1, 1]);
  });

  describe('while Redis is away', () => {
    const ways: readonly (readonly [(typeof AWAY)[number], () => Promise<void>, () => Promise<void>])[] = [
      ['stopped', () => onAllProxies((proxy) => proxy.refuse()), () => onAllProxies((proxy) => proxy.pass())],
      ['hanging', async () => world.redis?.pause(), async () => world.redis?.resume()],
      ['slow', () => onAllProxies((proxy) => proxy.slowDown(2_000)), () => onAllProxies((proxy) => proxy.pass())],
    ];
    /** Requests of the key that has room. */
    let spent = 0;

    beforeAll(() => sleep(HEARTBEAT_MS + 1_000), HEARTBEAT_MS + 10_000);

    it.each(ways)(
      '(%s) none of their requests waits for it, each lets in its share, and all is counted in the end',
      async (name, leave, comeBack) => {
        const before = await remainingAt(0);
        const spentBefore = spent;
        const usual = await overheads(4);
        let away: readonly number[] = [];
        let admitted: readonly number[] = [];
        await leave();
        try {
          away = await overheads(12);
          admitted = await Promise.all(urls.map((_, gateway) => admittedAt(gateway, keyOf(name))));
        } finally {
          await comeBack();
        }
        expect(Math.max(...away)).toBeLessThan(Math.max(...usual) + WAIT_MS + NOISE_MS);
        expect(admitted).toEqual(urls.map(() => RATE / urls.length));
        for (const gateway of urls.keys()) {
          await until(async () => {
            const expected = before - TOKENS * (spent + 1 - spentBefore);
            return (await remainingAt(gateway)) === expected ? true : undefined;
          }, 10_000);
        }
        const after = await Promise.all(urls.map((_, gateway) => askAt(gateway, 'good', keyOf(name))));
        expect(after.map(({ status }) => status)).toEqual([429, 429, 429]);
      },
      40_000,
    );

    async function askRoomy(gateway: number): Promise<Seen> {
      spent += 1;
      const seen = await askAt(gateway, 'good', keyOf('roomy'));
      expect(seen.status).toBe(200);
      return seen;
    }

    /** What is left by a gateway's account, while the request that asks is still held to cost its most. */
    async function remainingAt(gateway: number): Promise<number> {
      return Number((await askRoomy(gateway)).headers.get('x-ratelimit-remaining-tokens'));
    }

    /** The time of each request that was not spent waiting for the upstream, one after the other at every gateway. */
    async function overheads(rounds: number): Promise<readonly number[]> {
      const found: number[] = [];
      for (let turn = 0; turn < rounds * urls.length; turn += 1) {
        const { headers } = await askRoomy(turn % urls.length);
        found.push(Number(headers.get('x-switchyard-overhead-ms')));
      }
      return found;
    }

    async function admittedAt(gateway: number, key: string): Promise<number> {
      const seen: Seen[] = [];
      for (let turn = 0; turn < RATE; turn += 1) seen.push(await askAt(gateway, 'good', key));
      return seen.filter(({ status }) => status === 200).length;
    }
  });

  it('send nothing malformed upstream', () => {
    upstream.assertNoViolations();
  });
});
