import {
  frameEvent,
  middleOf,
  openaiChatPayloads,
  startReplayUpstream,
  type ReplayUpstream,
} from '@switchyard/testkit';

import { chat, openChat, until, type CallOptions } from './call-gateway.js';
import { SHAPES, startWorld, type World } from './start-world.js';

const KEPT_KEY = 'client-key-kept';
/** Revoked one after the other. */
const OTHER_KEYS = ['client-key-1', 'client-key-2', 'client-key-3'];
const ROUNDS = OTHER_KEYS.length;
const PIECES = Array.from({ length: 20 }, (_, index) => `answer-text ${index} `);

interface Wanted {
  readonly keys: readonly string[];
  readonly upstreamKey?: string;
  readonly alias?: string;
}

const configOf = ({ url }: ReplayUpstream, { keys, upstreamKey = 'upstream-key-1', alias }: Wanted): string => `
api-keys: ${JSON.stringify(keys)}
openai-compatibility:
  - name: local
    prefix: local
    base-url: ${url}/v1
    api-key-entries: [{ api-key: ${upstreamKey} }]
    models: [{ name: upstream-model }]
${alias === undefined ? '' : `aliases: [{ name: ${alias}, targets: [{ model: local/upstream-model }] }]`}
`;

describe.each(SHAPES)('a change of the configuration file in the %s shape', (shape) => {
  let upstream: ReplayUpstream;
  let world: World;

  beforeAll(async () => {
    upstream = await startReplayUpstream({ keys: ['upstream-key-1', 'upstream-key-2'] });
    world = await startWorld({ shape, config: configOf(upstream, { keys: [KEPT_KEY, ...OTHER_KEYS] }) });
  }, 60_000);

  afterAll(() => upstream.close());
  afterAll(() => world.stop(), 30_000);

  /** Milliseconds until a new alias is usable and a key is refused. */
  async function change(round: number): Promise<number> {
    const alias = `fresh-${round}`;
    const revoked = OTHER_KEYS[round] ?? '';
    const changedAtMs = performance.now();
    await world.writeConfig(configOf(upstream, { keys: [KEPT_KEY, ...OTHER_KEYS.slice(round + 1)], alias }));
    const becomes = (status: number, options: CallOptions): Promise<number> =>
      until(async () =>
        (await chat(world.url, options)).status === status ? performance.now() - changedAtMs : undefined,
      );
    const [usableMs, refusedMs] = await Promise.all([
      becomes(200, { model: alias, key: KEPT_KEY }),
      becomes(401, { model: 'local/upstream-model', key: revoked }),
    ]);
    return Math.max(usableMs, refusedMs);
  }

  it('is live within a second for names and keys, and a running stream goes on byte for byte', async () => {
    const payloads = openaiChatPayloads({ pieces: PIECES });
    const held = Promise.withResolvers<void>();
    upstream.script({ type: 'stream', payloads, gate: (index) => (index === 5 ? held.promise : Promise.resolve()) });
    // The very key that is about to be revoked: what it has begun it may finish.
    const options = { model: 'local/upstream-model', stream: true, key: OTHER_KEYS[0] ?? '' };
    const streamed = (await openChat(world.url, options)).text();

    expect(await middleOf(ROUNDS, change)).toBeLessThan(1_000);

    held.resolve();
    const expected = Buffer.concat(payloads.map((payload) => frameEvent('openai-chat', payload)));
    expect(await streamed).toBe(expected.toString());
  });

  it('of an upstream key is seen by no request: each is answered with the old one or the new', async () => {
    const from = upstream.requests.length;
    let isOver = false;
    const statuses: number[] = [];
    const client = async (): Promise<void> => {
      while (!isOver) statuses.push((await chat(world.url, { model: 'local/upstream-model', key: KEPT_KEY })).status);
    };
    const clients = [client(), client(), client()];
    for (const upstreamKey of ['upstream-key-2', 'upstream-key-1', 'upstream-key-2']) {
      await world.writeConfig(configOf(upstream, { keys: [KEPT_KEY], upstreamKey }));
      await until(async () => (upstream.requests.at(-1)?.key === upstreamKey ? true : undefined));
    }
    isOver = true;
    await Promise.all(clients);
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
    expect(new Set(upstream.requests.slice(from).map((request) => request.key)).size).toBe(2);
  });

  it('sends nothing malformed upstream', () => {
    upstream.assertNoViolations();
  });
});
