import { startReplayUpstream, type ReplayUpstream } from '@switchyard/testkit';

import { chat, CLIENT_KEY, listedModels, until, type CallOptions } from './call-gateway.js';
import { SHAPES, startWorld, type World } from './start-world.js';

const UPSTREAM_MODELS = ['anthropic/claude-sonnet-4.5', 'openai/gpt-4o-mini'];

/** The three files of the users' documents; only the addresses and keys are those of the test. */
const DOCUMENTS = {
  'two providers, each behind a prefix': (url: string) => `
api-keys:
  - "${CLIENT_KEY}"
claude-api-key:
  - api-key: "upstream-key"
    prefix: "claude-prod"
    base-url: "${url}"
openai-compatibility:
  - name: "openrouter"
    prefix: "or"
    base-url: "${url}/v1"
    api-key-entries:
      - api-key: "upstream-key"
`,
  'workloads kept apart by forced prefixes': (url: string) => `
api-keys:
  - "${CLIENT_KEY}"
force-model-prefix: true
claude-api-key:
  - api-key: "upstream-key"
    prefix: "agent-core"
    base-url: "${url}"
    models:
      - name: "claude-3-5-sonnet-20241022"
        alias: "core-sonnet"
openrouter:
  - api-key: "upstream-key"
    prefix: "batch"
    base-url: "${url}/v1"
`,
  'a local server that needs no key': (url: string) => `
api-keys:
  - "${CLIENT_KEY}"
openai-compatibility:
  - name: mlx-local
    prefix: mlx
    base-url: ${url}/keyless/v1
`,
};

const TENANTS = (url: string): string => `
claude-api-key:
  - { api-key: upstream-key, prefix: team-a, base-url: "${url}", models: [{ name: claude-sonnet-4-5, alias: sonnet }] }
openrouter:
  - { api-key: upstream-key, prefix: team-b, base-url: "${url}/v1" }
groq:
  - { api-key: upstream-key, base-url: "${url}/v1", models: [{ name: llama }] }
tenants:
  - name: first
    prefixes: [team-a]
    default-prefix: team-a
    api-keys: [{ key: client-key-of-first }]
    aliases: [{ name: mine, targets: [{ model: team-a/sonnet }] }]
  - name: second
    prefixes: [team-b]
    shared: true
    api-keys: [{ key: client-key-of-second }, { key: client-key-of-second-narrow, models: ["team-b/openai/*"] }]
`;

describe.each(SHAPES)('names in the %s shape', (shape) => {
  let upstream: ReplayUpstream;
  let world: World;

  beforeAll(async () => {
    upstream = await startReplayUpstream({ keys: ['upstream-key', ''], models: UPSTREAM_MODELS });
    world = await startWorld({ shape, config: DOCUMENTS['two providers, each behind a prefix'](upstream.url) });
  }, 60_000);

  afterAll(() => upstream.close());
  afterAll(() => world.stop(), 30_000);

  /** Puts a file into force: it is, when this key lists exactly these names. */
  async function useConfig(text: string, key: string, models: readonly string[]): Promise<void> {
    await world.writeConfig(text);
    const expected = models.toSorted().join();
    await until(async () => ((await listedModels(world.url, key)).join() === expected ? true : undefined));
  }

  /** The status, and where the upstream was asked for what. */
  async function ask(options: CallOptions): Promise<readonly unknown[]> {
    const before = upstream.requests.length;
    const { status } = await chat(world.url, options);
    const asked = upstream.requests.slice(before).map(({ path, json }) => [path, modelIn(json)]);
    return [status, ...asked];
  }

  describe('of two providers, each behind a prefix', () => {
    const OR = UPSTREAM_MODELS.map((model) => `or/${model}`);
    const CLAUDE = UPSTREAM_MODELS.map((model) => `claude-prod/${model}`);

    it('are those that the providers list, with the prefix and without', async () => {
      await useConfig(DOCUMENTS['two providers, each behind a prefix'](upstream.url), CLIENT_KEY, [
        ...OR,
        ...CLAUDE,
        ...UPSTREAM_MODELS,
      ]);
    });

    it.each([
      ['claude-prod/claude-sonnet-4-5', '/v1/messages', 'claude-sonnet-4-5'],
      ['or/anthropic/claude-sonnet-4.5', '/v1/chat/completions', 'anthropic/claude-sonnet-4.5'],
      ['or/some/model:free', '/v1/chat/completions', 'some/model:free'],
      ['claude-sonnet-4-5', '/v1/messages', 'claude-sonnet-4-5'],
    ])('lead %s to %s as %s', async (model, path, upstreamModel) => {
      for (const dialect of ['openai-chat', 'anthropic-messages'] as const) {
        expect(await ask({ model, dialect })).toEqual([200, [path, upstreamModel]]);
      }
    });

    it('that nobody serves do not exist', async () => {
      expect(await ask({ model: 'gpt-of-nobody' })).toEqual([404]);
      expect(await ask({ model: 'nobody/claude-sonnet-4-5' })).toEqual([404]);
    });
  });

  describe('of workloads kept apart by forced prefixes', () => {
    it('are listed with their prefix only', async () => {
      await useConfig(DOCUMENTS['workloads kept apart by forced prefixes'](upstream.url), CLIENT_KEY, [
        'agent-core/core-sonnet',
        ...UPSTREAM_MODELS.map((model) => `batch/${model}`),
      ]);
    });

    it.each([
      ['agent-core/core-sonnet', [200, ['/v1/messages', 'claude-3-5-sonnet-20241022']]],
      ['agent-core/claude-3-5-sonnet-20241022', [200, ['/v1/messages', 'claude-3-5-sonnet-20241022']]],
      ['batch/openai/gpt-4o-mini', [200, ['/v1/chat/completions', 'openai/gpt-4o-mini']]],
      ['batch/not/listed', [200, ['/v1/chat/completions', 'not/listed']]],
      ['core-sonnet', [404]],
      ['openai/gpt-4o-mini', [404]],
      ['agent-core/another', [404]],
    ])('answer for %s: %j', async (model, outcome) => {
      expect(await ask({ model })).toEqual(outcome);
    });
  });

  it('of a local server without a key are discovered and called without one', async () => {
    await useConfig(DOCUMENTS['a local server that needs no key'](upstream.url), CLIENT_KEY, [
      ...UPSTREAM_MODELS,
      ...UPSTREAM_MODELS.map((model) => `mlx/${model}`),
    ]);
    // An upstream that wants a key would say so.
    expect(await ask({ model: 'mlx/anything' })).toEqual([400, ['/keyless/v1/chat/completions', 'anything']]);
    expect(upstream.takeViolations()).toEqual([
      'POST /keyless/v1/chat/completions: authorization: must be a Bearer key',
    ]);
  });

  describe('of two tenants', () => {
    const FIRST = 'client-key-of-first';
    const SECOND = 'client-key-of-second';
    const BATCH = UPSTREAM_MODELS.map((model) => `team-b/${model}`);

    it('are listed to whom they belong', async () => {
      await useConfig(TENANTS(upstream.url), SECOND, [...BATCH, ...UPSTREAM_MODELS, 'llama']);
      expect(await listedModels(world.url, FIRST)).toEqual(['mine', 'sonnet', 'team-a/sonnet']);
      expect(await listedModels(world.url, 'client-key-of-second-narrow')).toEqual(['team-b/openai/gpt-4o-mini']);
    });

    it.each([
      [FIRST, 'team-a/sonnet', 200],
      [FIRST, 'sonnet', 200],
      [FIRST, 'mine', 200],
      [FIRST, 'team-b/openai/gpt-4o-mini', 404],
      [FIRST, 'openai/gpt-4o-mini', 404],
      [FIRST, 'llama', 404],
      [SECOND, 'team-b/openai/gpt-4o-mini', 200],
      [SECOND, 'llama', 200],
      [SECOND, 'team-a/sonnet', 404],
      [SECOND, 'sonnet', 404],
      [SECOND, 'mine', 404],
      ['client-key-of-second-narrow', 'team-b/openai/gpt-4o-mini', 200],
      ['client-key-of-second-narrow', 'team-b/anthropic/claude-sonnet-4.5', 404],
    ])('answer to %s for %s: %i', async (key, model, status) => {
      const [answered, ...calls] = await ask({ model, key });
      expect([answered, calls.length]).toEqual([status, status === 200 ? 1 : 0]);
    });

    it('of the other one are answered as names that nobody has', async () => {
      const words = async (model: string): Promise<string> => {
        const { status, headers, text } = await chat(world.url, { model, key: FIRST });
        const shown = [...headers.keys()].filter((name) => name.startsWith('x-')).join();
        return [status, shown, text.replaceAll(model, 'MODEL')].join(' ');
      };
      expect(await words('team-b/openai/gpt-4o-mini')).toBe(await words('no-such/openai/gpt-4o-mini'));
      const found = await fetch(`${world.url}/v1/models/team-b/openai/gpt-4o-mini`, {
        headers: { authorization: `Bearer ${FIRST}` },
      });
      expect(found.status).toBe(404);
      const linesOfFirst = () =>
        world.requestLines().filter((line) => line['tenant'] === 'first' && line['status'] === 404);
      const named = await until(async () => (linesOfFirst().length > 0 ? linesOfFirst() : undefined));
      expect(JSON.stringify(named)).not.toMatch(/second|openrouter|cred_/);
    });
  });

  it('sends nothing malformed upstream', () => {
    upstream.assertNoViolations();
  });
});

function modelIn(json: unknown): unknown {
  return typeof json === 'object' && json !== null && 'model' in json ? json.model : undefined;
}
