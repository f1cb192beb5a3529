import { execFile } from 'node:child_process';

import { repositoryFile, startReplayUpstream, type ReplayUpstream } from '@switchyard/testkit';

import { CLIENT_KEY } from './call-gateway.js';
import { SHAPES, startWorld, type World } from './start-world.js';

const OWNER_TOKEN = 'an-owner-token-for-tests-that-is-long-enough';

const configOf = ({ url }: ReplayUpstream): string => `
api-keys: ["${CLIENT_KEY}"]
force-model-prefix: true
openai-compatibility:
  - name: first
    prefix: first
    base-url: ${url}/v1
    api-key-entries: [{ api-key: upstream-key-1 }, { api-key: upstream-key-2 }]
    models: [{ name: upstream-model, alias: stable }]
  - name: second
    prefix: second
    base-url: ${url}/v1
    api-key-entries: [{ api-key: upstream-key-3 }]
    models: [{ name: upstream-model }]
aliases:
  - name: chain
    targets: [{ model: first/stable }, { model: second/upstream-model }]
`;

interface Outcome {
  readonly code: number;
  readonly stdout: string;
}

describe.each(SHAPES)('explain in the %s shape', (shape) => {
  let upstream: ReplayUpstream;
  let world: World;

  beforeAll(async () => {
    upstream = await startReplayUpstream({ keys: ['upstream-key-1', 'upstream-key-2', 'upstream-key-3'] });
    const variables = { SWITCHYARD_OWNER_TOKEN: OWNER_TOKEN };
    world = await startWorld({ shape, config: configOf(upstream), variables });
  }, 60_000);

  afterAll(() => upstream.close());
  afterAll(() => world.stop(), 30_000);

  function explain(...args: readonly string[]): Promise<Outcome> {
    return new Promise((resolve) => {
      const child = execFile(
        process.execPath,
        [repositoryFile('apps/cli/dist/main.js'), 'explain', ...args, '--gateway-url', world.url],
        { env: { PATH: process.env['PATH'], SWITCHYARD_OWNER_TOKEN: OWNER_TOKEN }, timeout: 30_000 },
        (_error, stdout) => resolve({ code: child.exitCode ?? -1, stdout }),
      );
    });
  }

  it('prints the way of a name for people, and calls nobody', async () => {
    const before = upstream.requests.length;
    const { code, stdout } = await explain('chain(high)');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^chain\(high\) \(chat\) for tenant default, configuration \d+: routed\n/);
    expect(stdout).toContain('"chain" is a global alias of 2 targets');
    expect(stdout.match(/^[123] .*upstream-model {2}well/gm)).toHaveLength(3);
    expect(upstream.requests.length).toBe(before);
  });

  it('prints it as data', async () => {
    const { code, stdout } = await explain('stable', '--json', '--tenant', 'default');
    expect(code).toBe(0);
    const explanation = JSON.parse(stdout);
    expect(explanation).toMatchObject({ model: 'stable', outcome: 'unknown-model' });
    const reasons = explanation.credentials.map(({ reason }: { readonly reason: string }) => reason);
    expect(reasons).toEqual(['prefix-required', 'prefix-required', 'not-served']);
  });

  it('ends with a code when there is nothing to tell', async () => {
    const { code, stdout } = await explain('chain', '--key-id', 'nobody');
    expect([code, JSON.parse(stdout).error.code]).toEqual([1, 'invalid_request']);
  });

  it('answers a client under its own key, and nobody else', async () => {
    const ask = (key: string): Promise<Response> =>
      fetch(`${world.url}/v1/route/explain`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'chain' }),
      });
    expect(await (await ask(CLIENT_KEY)).json()).toMatchObject({ outcome: 'routed', strategy: 'fallback' });
    expect((await ask('a-stranger')).status).toBe(401);
    expect(
      (await fetch(`${world.url}/v1/route/explain`, { headers: { authorization: `Bearer ${CLIENT_KEY}` } })).status,
    ).toBe(405);
  });
});
