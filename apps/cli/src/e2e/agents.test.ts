import { SURFACES } from '@switchyard/gateway';
import { startReplayUpstream, type ReplayUpstream } from '@switchyard/testkit';

import { installAgent } from './agents/install-agent.js';
import { KNOWN_AGENTS, type KnownAgent } from './agents/known-agents.js';
import { startRefusingProxy, type RefusingProxy } from './agents/refusing-proxy.js';
import { runAgent } from './agents/run-agent.js';
import { answerAgent, CLOSING_WORDS, FILE, TEXT, toolResultsOf } from './agents/scripted-model.js';
import { startWorld, type World } from './start-world.js';

const KEY = 'client-key-of-the-tests';

const configOf = (upstream: ReplayUpstream): string => `
api-keys: ["${KEY}"]
claude-api-key:
  - api-key: upstream-key
    base-url: ${upstream.url}
    prefix: claude
    models: [{ name: claude-sonnet-4-5, alias: sonnet }]
openai-compatibility:
  - name: local
    prefix: local
    base-url: ${upstream.url}/v1
    api-key-entries: [{ api-key: upstream-key }]
    models: [{ name: upstream-model, alias: small }]
`;

/** The upstream's dialect and the name a client asks for. */
const UPSTREAMS = [
  ['openai-chat', 'local/small'],
  ['anthropic-messages', 'claude/sonnet'],
] as const;

interface Prepared {
  readonly agent: KnownAgent;
  readonly script: string;
  /** Why the agent cannot be tried. */
  readonly lacking?: string;
}

// What can be tried decides which tests there are, so it is found out before any is declared.
const prepared = await Promise.all(KNOWN_AGENTS.map(prepare));

async function prepare(agent: KnownAgent): Promise<Prepared> {
  const lack = (lacking: string): Prepared => {
    // A skipped test is easily overlooked.
    process.stderr.write(`${agent.name} ${agent.version} is not tried: ${lacking}\n`);
    return { agent, script: '', lacking };
  };
  const served = SURFACES.some(({ dialect, operation }) => dialect === agent.dialect && operation === 'chat');
  if (!served) return lack(`the gateway has no route for ${agent.dialect}`);
  const installation = await installAgent(agent);
  return installation.type === 'installed' ? { agent, script: installation.script } : lack(installation.reason);
}

describe('command-line agents, as npm provides them', () => {
  let upstream: ReplayUpstream;
  let proxy: RefusingProxy;
  let world: World;

  beforeAll(async () => {
    upstream = await startReplayUpstream({ answer: answerAgent });
    proxy = await startRefusingProxy();
    world = await startWorld({ shape: 'standalone', config: configOf(upstream) });
  }, 60_000);

  afterAll(async () => {
    await world.stop();
    await proxy.close();
    await upstream.close();
  }, 30_000);

  for (const { agent, script, lacking } of prepared) {
    const title = `${agent.name} ${agent.version}`;
    (lacking === undefined ? describe : describe.skip)(lacking === undefined ? title : `${title}: ${lacking}`, () => {
      testAgent(agent, script);
    });
  }

  function testAgent(agent: KnownAgent, script: string): void {
    it.each(UPSTREAMS)(
      'does what a model behind %s has it do',
      async (dialect, model) => {
        const before = {
          requests: upstream.requests.length,
          lines: world.requestLines().length,
          asked: proxy.asked.length,
        };
        const run = await runAgent({
          agent,
          script,
          access: { gatewayUrl: world.url, key: KEY, model },
          prompt: 'Write the file, look at it, and say when it is done.',
          proxyUrl: proxy.url,
          file: FILE,
        });

        const requests = upstream.requests.slice(before.requests);
        const outcome = {
          ...run,
          malformed: upstream.takeViolations(),
          dialects: new Set(requests.map((one) => one.dialect)),
        };
        expect(outcome).toMatchObject({ code: 0, malformed: [], dialects: new Set([dialect]) });
        expect(run.stdout).toContain(CLOSING_WORDS);
        expect(run.written).toBe(TEXT);
        expect(requests.map(toolResultsOf).findLast((results) => results.size > 0)).toEqual(
          new Map([
            ['call_write', expect.any(String)],
            ['call_count', expect.stringContaining('44')],
            ['call_head', expect.stringContaining('say "hi" to C:\\new\\table')],
          ]),
        );
        const lines = world.requestLines().slice(before.lines);
        expect(new Set(lines.map((line) => `${line['dialect']} ${line['status']}`))).toEqual(
          new Set([`${agent.dialect} 200`]),
        );
        expect(proxy.asked.slice(before.asked)).toEqual([]);
      },
      90_000,
    );
  }
});
