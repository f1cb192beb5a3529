import {
  repositoryFile,
  sampleAnswer,
  startProcess,
  startRedisProxy,
  startReplayUpstream,
  type RedisProxy,
  type ReplayUpstream,
} from '@switchyard/testkit';

import { CLIENT_KEY, until } from '../call-gateway.js';
import { OWNER_TOKEN, startWorld, type World } from '../start-world.js';
import { ask, type Seen } from './clients.js';
import { failing, modelOf } from './upstreams.js';

const DIALECT = 'openai-chat';
const PROMISED_MS = 200;
/** After an outage, which is noticed and mended in steps. */
const CONVERGED_MS = 3_000;
// Of requests one after the other, on a machine that does other things too.
const WAIT_MS = 50;
const NOISE_MS = 50;
/** How long a slow Redis takes for an answer. */
const SLOW_MS = 2_000;

/** Names of upstreams that refuse, each for one test; an alias of the same name has a healthy one behind it. */
const AVOIDED = Array.from({ length: 9 }, (_, index) => `avoided-${index}`);
const TOLD = Array.from({ length: 9 }, (_, index) => `told-${index}`);
const NAMES = [...AVOIDED, ...TOLD, 'restarted', 'cut-here', 'cut-there', 'explained'];
const RATE = 30;
/** What the healthy upstream says that an answer costs. */
const TOKENS = 14;
/** So often a gateway says that it is there, and learns how many others are. */
const HEARTBEAT_MS = 10_000;
/** Who asks this seldom gets exact headers: requests that come quickly lease room, and leased room counts as used. */
const UNLEASED_MS = 250;
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

/** As much of an explanation as is looked at here. */
interface Explained {
  readonly outcome: string;
  readonly credentials: readonly {
    readonly model?: string;
    readonly kept: boolean;
    readonly order?: number;
    readonly reason: string;
    readonly words: string;
  }[];
}

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

  /** What a gateway would do with a request for this name. */
  async function explainAt(gateway: number, model: string): Promise<Explained> {
    const response = await fetch(`${urls[gateway] ?? ''}/v1/route/explain`, {
      method: 'POST',
      headers: { authorization: `Bearer ${CLIENT_KEY}` },
      body: JSON.stringify({ model }),
    });
    const { outcome, credentials }: Explained = JSON.parse(await response.text());
    return { outcome, credentials };
  }

  /** How long until a gateway leaves a name's first credential out, in milliseconds. */
  async function timeUntilAvoided(gateway: number, name: string): Promise<number> {
    const sinceMs = performance.now();
    await until(async () => {
      const { credentials } = await explainAt(gateway, name);
      return credentials.some(({ model, kept }) => model === `bad-${name}` && !kept) ? true : undefined;
    }, CONVERGED_MS);
    return performance.now() - sinceMs;
  }

  function othersThan(gateway: number): readonly number[] {
    return [...urls.keys()].filter((other) => other !== gateway);
  }

  it('all avoid a credential within the promised time of its failure at one of them', async () => {
    await Promise.all(
      AVOIDED.map(async (name, index) => {
        const first = index % urls.length;
        const { status } = await askAt(first, name);
        await sleep(PROMISED_MS);
        const later = await Promise.all(othersThan(first).map((gateway) => askAt(gateway, name)));
        expect([status, ...later.map((seen) => seen.status)]).toEqual([200, 200, 200]);
      }),
    );
    expect(AVOIDED.filter((name) => callsOf(name) !== 1)).toEqual([]);
  });

  it('know of each failure soon', async () => {
    const times: number[] = [];
    for (const [index, name] of TOLD.entries()) {
      const first = index % urls.length;
      await askAt(first, name);
      times.push(...(await Promise.all(othersThan(first).map((gateway) => timeUntilAvoided(gateway, name)))));
    }
    expect(times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)]).toBeLessThan(PROMISED_MS / 2);
    expect(Math.max(...times)).toBeLessThan(PROMISED_MS + NOISE_MS);
  });

  it('explain to clients and operators what they hold against a credential, and call nobody for it', async () => {
    await askAt(0, 'explained');
    const before = upstream.requests.length;
    const { outcome, credentials } = await explainAt(0, 'explained');
    expect(outcome).toBe('routed');
    expect(credentials.filter(({ kept }) => kept).map(({ model, order }) => [model, order])).toEqual([['good', 1]]);
    expect(credentials.find(({ model }) => model === 'bad-explained')).toMatchObject({
      kept: false,
      reason: 'out-of-use',
      words: expect.stringContaining('upstream_rate_limited'),
    });
    expect(await explainedByCommand('explained')).toMatch(/routed[^]*good[^]*bad-explained[^]*upstream_rate_limited/);
    expect(upstream.requests).toHaveLength(before);
  });

  async function explainedByCommand(model: string): Promise<string> {
    const running = await startProcess({
      command: process.execPath,
      args: [repositoryFile('apps/cli/dist/main.js'), 'explain', model, '--gateway-url', urls[1] ?? ''],
      env: { PATH: process.env['PATH'], SWITCHYARD_OWNER_TOKEN: OWNER_TOKEN },
    });
    expect(await running.waitForExit()).toEqual({ code: 0, signal: null });
    return running.stdout();
  }

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
    await Promise.all([timeUntilAvoided(2, 'cut-here'), ...[0, 1].map((one) => timeUntilAvoided(one, 'cut-there'))]);
    await Promise.all([askAt(2, 'cut-here'), askAt(0, 'cut-there'), askAt(1, 'cut-there')]);
    expect([callsOf('cut-here'), callsOf('cut-there')]).toEqual([1, 1]);
  });

  describe('while Redis is away', () => {
    const ways: readonly (readonly [(typeof AWAY)[number], () => Promise<void>, () => Promise<void>])[] = [
      ['stopped', () => onAllProxies((proxy) => proxy.refuse()), () => onAllProxies((proxy) => proxy.pass())],
      ['hanging', async () => world.redis?.pause(), async () => world.redis?.resume()],
      ['slow', () => onAllProxies((proxy) => proxy.slowDown(SLOW_MS)), () => onAllProxies((proxy) => proxy.pass())],
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
        // A busy machine holds one up now and then, but none for as long as a slow Redis would.
        expect(Math.max(...away)).toBeLessThan(SLOW_MS / 2);
        expect(away.toSorted((a, b) => b - a)[2]).toBeLessThan(Math.max(...usual) + WAIT_MS + NOISE_MS);
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
      await sleep(UNLEASED_MS);
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
