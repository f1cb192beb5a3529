import { errorAnswer, sampleAnswer, startReplayUpstream, type ReplayUpstream } from '@switchyard/testkit';

import { chat, CLIENT_KEY } from './call-gateway.js';
import { startWorld, type World } from './start-world.js';

const configOf = ({ url }: ReplayUpstream): string => `
api-keys: ["${CLIENT_KEY}"]
openai-compatibility:
  - name: odd
    prefix: odd
    priority: 1
    base-url: ${url}/v1
    api-key-entries: [{ api-key: odd-key }]
    models: [{ name: upstream-model }]
    request-scoped-errors:
      - { status: 400, match: ["out of balance"], action: continue-and-cooldown }
      - { status: 400, match: ["try the other one"], action: continue }
      - { status: 503, match-regexr: "closed (for|until)", action: stop }
  - name: spare
    prefix: odd
    base-url: ${url}/v1
    api-key-entries: [{ api-key: spare-key }]
    models: [{ name: upstream-model }]
`;

const MODEL = 'odd/upstream-model';

describe("an operator's rule for errors", () => {
  let upstream: ReplayUpstream;
  let world: World;

  beforeAll(async () => {
    upstream = await startReplayUpstream({ keys: ['odd-key', 'spare-key'] });
    world = await startWorld({ shape: 'standalone', config: configOf(upstream) });
  }, 60_000);

  afterAll(() => upstream.close());
  afterAll(() => world.stop(), 30_000);

  async function asked(): Promise<{ readonly status: number; readonly keys: readonly string[] }> {
    const before = upstream.requests.length;
    const { status } = await chat(world.url, { model: MODEL });
    return { status, keys: upstream.requests.slice(before).map(({ key }) => key ?? '') };
  }

  it('goes on to the next candidate where a 400 would end the request, and leaves the candidate well', async () => {
    upstream.script(errorAnswer('openai-chat', 400, 'Try the other one'), sampleAnswer('openai-chat'));
    expect(await asked()).toEqual({ status: 200, keys: ['odd-key', 'spare-key'] });
    upstream.script(sampleAnswer('openai-chat'));
    expect(await asked()).toEqual({ status: 200, keys: ['odd-key'] });
  });

  it('ends the request where a 503 would go on', async () => {
    upstream.script(errorAnswer('openai-chat', 503, 'closed for today'));
    expect(await asked()).toEqual({ status: 503, keys: ['odd-key'] });
    upstream.script(sampleAnswer('openai-chat'));
    expect(await asked()).toEqual({ status: 200, keys: ['odd-key'] });
  });

  it('cools the candidate where it says so', async () => {
    upstream.script(errorAnswer('openai-chat', 400, 'account out of balance'), sampleAnswer('openai-chat'));
    expect(await asked()).toEqual({ status: 200, keys: ['odd-key', 'spare-key'] });
    upstream.script(sampleAnswer('openai-chat'));
    expect(await asked()).toEqual({ status: 200, keys: ['spare-key'] });
  });

  it('is not there for any other error', async () => {
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    upstream.script(errorAnswer('openai-chat', 400, 'a field is odd'));
    expect((await asked()).status).toBe(400);
  });
});
