import { setTimeout as sleep } from 'node:timers/promises';

import { startReplayUpstream, type ReplayUpstream } from '@switchyard/testkit';

import { installAgent, type Installation } from './agents/install-agent.js';
import { KNOWN_AGENTS, type KnownAgent } from './agents/known-agents.js';
import { startRefusingProxy, type RefusingProxy } from './agents/refusing-proxy.js';
import { runAgent } from './agents/run-agent.js';
import {
  answerAgent,
  asksToThink,
  CLOSING_WORDS,
  FILE,
  REASONING,
  TEXT,
  thinkingOf,
  toolResultsOf,
} from './agents/scripted-model.js';
import { startWorld, type World } from './start-world.js';

const KEY = 'client-key-of-the-tests';

/** The upstream's model, under the name of a model that each agent knows. */
const aliasesOf = (name: string): string =>
  KNOWN_AGENTS.map(({ model }) => `{ name: ${name}, alias: ${model} }`).join(', ');

const configOf = (upstream: ReplayUpstream): string => `
api-keys: ["${KEY}"]
claude-api-key:
  - api-key: upstream-key
    base-url: ${upstream.url}
    prefix: claude
    models: [${aliasesOf('claude-sonnet-4-5')}]
openai-compatibility:
  - name: local
    prefix: local
    base-url: ${upstream.url}/v1
    api-key-entries: [{ api-key: upstream-key }]
    models: [${aliasesOf('upstream-model')}]
`;

/** What the upstream speaks, and the prefix under which a client reaches it. */
const UPSTREAMS = [
  ['openai-chat', 'local'],
  ['anthropic-messages', 'claude'],
] as const;

// Which agents can be had decides which tests there are, so it is found out before any is declared.
const installations = await Promise.all(KNOWN_AGENTS.map(install));

async function install(
  agent: KnownAgent,
): Promise<{ readonly agent: KnownAgent; readonly installation: Installation }> {
  const installation = await installAgent(agent);
  // A skipped test is easily overlooked.
  if (installation.type === 'missing') process.stderr.write(`${titleOf(agent)} is not tried: ${installation.reason}\n`);
  return { agent, installation };
}

function titleOf({ name, version }: KnownAgent): string {
  return `${name} ${version}`;
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

  for (const { agent, installation } of installations) {
    const isInstalled = installation.type === 'installed';
    (isInstalled ? describe : describe.skip)(titleOf(agent) + (isInstalled ? '' : `: ${installation.reason}`), () => {
      testAgent(agent, isInstalled ? installation.script : '');
    });
  }

  function testAgent(agent: KnownAgent, script: string): void {
    it.each(UPSTREAMS)(
      'does what a model behind %s has it do',
      async (dialect, prefix) => {
        // Lines are written up to 50 ms behind their requests: those of the agent before this one come in first.
        await sleep(200);
        const before = {
          requests: upstream.requests.length,
          lines: world.requestLines().length,
          asked: proxy.asked.length,
        };
        const run = await runAgent({
          agent,
          script,
          access: { gatewayUrl: world.url, key: KEY, model: `${prefix}/${agent.model}` },
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
        const last = requests.findLast((request) => toolResultsOf(request).size > 0);
        if (last === undefined) throw new Error('no result of a tool came back');
        expect(toolResultsOf(last)).toEqual(
          new Map([
            ['call_write', expect.any(String)],
            ['call_count', expect.stringContaining('44')],
            ['call_head', expect.stringContaining('say "hi" to C:\\new\\table')],
          ]),
        );
        if (dialect === 'anthropic-messages')
          expect(thinkingOf(last)).toEqual(asksToThink(last) ? [REASONING, REASONING] : []);
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
