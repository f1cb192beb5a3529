import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  HTML_PAGE,
  middleOf,
  openaiChatPayloads,
  repositoryFile,
  startProcess,
  startReplayUpstream,
  testPostgresUrl,
  type ReplayUpstream,
} from '@switchyard/testkit';

import { chat, CLIENT_KEY, openChat, until } from './call-gateway.js';
import { SHAPES, startWorld, type World } from './start-world.js';

const configOf = ({ url }: ReplayUpstream): string => `
api-keys: ["${CLIENT_KEY}"]
openai-compatibility:
  - name: local
    prefix: local
    base-url: ${url}/v1
    api-key-entries: [{ api-key: upstream-key }]
    models: [{ name: upstream-model }]
claude-api-key:
  - { api-key: upstream-key, base-url: "${url}", prefix: claude, models: [{ name: claude-sonnet-4-5 }] }
# Each case finds its credentials well, and streams that break are told.
disable-cooling: true
rescue: { text: error }
`;

/** A stream that stops after its first piece of text. */
const HELD = { type: 'stream', payloads: openaiChatPayloads(), ending: { type: 'stall', atByte: 500 } } as const;
const MODEL = 'local/upstream-model';

describe.each(SHAPES)('bad input to the %s shape', (shape) => {
  let upstream: ReplayUpstream;
  let world: World;

  beforeAll(async () => {
    upstream = await startReplayUpstream();
    world = await startWorld({ shape, config: configOf(upstream) });
  }, 60_000);

  afterAll(() => upstream.close());
  afterAll(() => world.stop(), 30_000);

  describe.each(['openai-chat', 'anthropic-messages'] as const)('to a client of %s', (dialect) => {
    it.each([MODEL, 'claude/claude-sonnet-4-5'])('a web page where %s should be names the base-url', async (model) => {
      for (const stream of [false, true]) {
        upstream.script(HTML_PAGE);
        const answer = await chat(world.url, { model, dialect, stream });
        expect(answer.status).toBe(502);
        expect(JSON.parse(answer.text)).toMatchObject({ error: { message: expect.stringContaining('base-url') } });
        expect(answer.text).not.toContain('It works!');
      }
    });

    it('an upstream that closes before its headers is an error of the upstream', async () => {
      upstream.script({ type: 'close' });
      const answer = await chat(world.url, { model: MODEL, dialect });
      expect(answer.status).toBe(502);
      expect(JSON.parse(answer.text)).toMatchObject({
        error: { message: expect.stringContaining('closed the connection') },
      });
    });
  });

  describe('a client that goes away', () => {
    /** Milliseconds from the client's leaving to the upstream's seeing it. */
    async function leaveMidStream(): Promise<number> {
      upstream.script(HELD);
      const client = new AbortController();
      const response = await openChat(world.url, { model: MODEL, stream: true, signal: client.signal });
      await response.body?.getReader().read();
      const request = upstream.requests.at(-1);
      const leftAtMs = performance.now();
      client.abort();
      return ((await request?.aborted) ?? 0) - leftAtMs;
    }

    it('mid-stream takes its upstream call with it within 100 ms', async () => {
      const tookMs = await middleOf(5, leaveMidStream);
      expect(tookMs).toBeLessThan(100);
      expect(tookMs).toBeGreaterThan(0);
    });

    it('before the answer began does so too', async () => {
      upstream.script({ type: 'silence' });
      const client = new AbortController();
      const count = upstream.requests.length;
      const answer = openChat(world.url, { model: MODEL, signal: client.signal }).catch((error: unknown) => error);
      const request = await upstream.waitForRequests(count + 1);
      const leftAtMs = performance.now();
      client.abort();
      expect(await answer).toMatchObject({ name: 'AbortError' });
      expect((await request.aborted) - leftAtMs).toBeLessThan(500);
    });

    it('leaves nothing behind', async () => {
      await chat(world.url, { model: MODEL });
      const before = await upstream.connectionCount();
      await Promise.all(Array.from({ length: 20 }, leaveMidStream));
      await until(async () => ((await upstream.connectionCount()) <= before ? true : undefined));
      const answers = await Promise.all(Array.from({ length: 5 }, () => chat(world.url, { model: MODEL })));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
      // A worker has up to a second to say what a request that was given up has used.
      const left = await until(async () => {
        const lines = world.requestLines().filter((line) => line['errorCode'] === 'client_closed');
        return lines.length >= 26 ? lines : undefined;
      });
      expect(left).toHaveLength(26);
      expect(left.filter((line) => line['status'] !== 499)).toEqual([]);
    });
  });

  it('a bad change of the configuration is told with its line and remedy, and changes nothing', async () => {
    const good = configOf(upstream);
    await world.writeConfig(good.replace('openai-compatibility:', 'openai-compatibilty:'));
    const [line] = await until(async () => world.output().match(/.*is not used: .*/) ?? undefined);
    expect(line).toContain(`${world.configFile}:3:1 openai-compatibilty: unknown key`);
    expect(line).toContain('did you mean \\"openai-compatibility\\"');
    expect((await chat(world.url, { model: MODEL })).status).toBe(200);

    await world.writeConfig(`${good}aliases: [{ name: corrected, targets: [{ model: ${MODEL} }] }]\n`);
    await until(async () => ((await chat(world.url, { model: 'corrected' })).status === 200 ? true : undefined));
  });

  it('sends nothing malformed upstream', () => {
    upstream.assertNoViolations();
  });
});

describe('a start with a configuration that cannot be used', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'switchyard-bad-start-'));
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each([
    [
      'an unknown key',
      'api-keys: ["client-key"]\nrequest-retries: 2\n',
      /config\.yaml:2:1 request-retries: unknown key; did you mean "request-retry"/,
    ],
    ['text that is not YAML', 'api-keys: [\n', /config\.yaml:\d+:\d+: not readable as YAML: .*; correct the line/],
    ['a variable that is not set', 'api-keys: ["${NOT_THERE}"]\n', /config\.yaml:1:\d+ api-keys\[0\]: .*NOT_THERE/],
  ])('ends with code 1 and says where and what to do: %s', async (_case, text, message) => {
    const configFile = join(folder, 'config.yaml');
    await writeFile(configFile, text);
    const args = [
      'start',
      '--config',
      configFile,
      '--port',
      '0',
      '--admin-port',
      '0',
      '--data-dir',
      join(folder, 'data'),
    ];
    const refused = await startProcess({
      command: process.execPath,
      args: [repositoryFile('apps/cli/dist/main.js'), ...args],
      env: { PATH: process.env['PATH'], DATABASE_URL: await testPostgresUrl() },
    });
    expect(await refused.waitForExit()).toEqual({ code: 1, signal: null });
    expect(refused.stderr()).toMatch(message);
    expect(refused.stdout() + refused.stderr()).not.toContain('client-key');
  });
});
