import { startReplayUpstream, type RecordedRequest, type ReplayUpstream } from '@switchyard/testkit';

import { startWorld, type World } from '../start-world.js';
import { behavioursOf, casesOf, configOf, identityOf, keysOf, type WallCase } from './cases.js';
import { ask } from './clients.js';
import { FAULTS, type Outcome } from './faults.js';
import { begunIn, healthy, modelOf } from './upstreams.js';
import { problemsOf } from './verdict.js';

const CASES = casesOf(FAULTS);

describe('the wall', () => {
  let upstream: ReplayUpstream;
  let world: World;

  beforeAll(async () => {
    const behaviours = behavioursOf(CASES);
    const asked = new Map<string, number>();
    upstream = await startReplayUpstream({
      keys: keysOf(CASES),
      answer: (request) => {
        const { key = '', dialect = 'openai-chat' } = request;
        const model = modelOf(request);
        const identity = identityOf({ key, model });
        const before = asked.get(identity) ?? 0;
        asked.set(identity, before + 1);
        const stream = wantsStream(request);
        return (behaviours.get(identity) ?? healthy)({ dialect, stream, begun: begunIn(request), before });
      },
    });
    world = await startWorld({ shape: 'split', gateways: 2, workers: 2, config: configOf(CASES, upstream.url) });
  }, 120_000);

  afterAll(() => upstream.close());
  afterAll(() => world.stop(), 30_000);

  async function act(one: WallCase, number: number, outcome: Outcome): Promise<readonly string[]> {
    const { client, alias, stream, fault, placed } = one;
    const before = upstream.requests.length;
    const url = world.urls[number % world.urls.length] ?? world.url;
    const seen = await ask(url, client, { model: alias, stream, text: 'prompt-text', headers: fault.headers });
    const since = upstream.requests.slice(before);
    const calls = placed.map(
      ({ key, model }) => since.filter((request) => request.key === key && modelOf(request) === model).length,
    );
    const expected = outcome.calls.join(' + ');
    const counted = calls.join(' + ') === expected ? [] : [`the calls are ${calls.join(' + ')}, not ${expected}`];
    return [...problemsOf(one, outcome, seen), ...counted];
  }

  it.each(FAULTS.map((fault) => [fault.name, fault] as const))(
    '%s',
    async (_name, fault) => {
      const cases = CASES.filter((one) => one.fault === fault);
      const found = await Promise.all(
        cases.map(async (one, number) => {
          const problems = [...(await act(one, number, one.outcome))];
          if (fault.again !== undefined) {
            const again = await act(one, number, fault.again);
            problems.push(...again.map((problem) => `again, ${problem}`));
          }
          const name = `${one.client} of ${one.upstreams[0]}${one.stream ? ', streamed' : ''}`;
          return problems.map((problem) => `${name}: ${problem}`);
        }),
      );
      expect(found.flat()).toEqual([]);
    },
    30_000,
  );

  it('sends nothing malformed upstream', () => {
    upstream.assertNoViolations();
  });

  it('logs every request once', () => {
    const ids = world.requestLines().map((line) => line['requestId']);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

function wantsStream({ path, body }: RecordedRequest): boolean {
  return path.includes(':streamGenerateContent') || body.includes('"stream":true');
}
