import { readFile } from 'node:fs/promises';

import { repositoryFile, startReplayUpstream, type RecordedRequest, type ReplayUpstream } from '@switchyard/testkit';

import { startWorld, type World } from '../start-world.js';
import { behavioursOf, casesOf, configOf, identityOf, keysOf, type Placed, type WallCase } from './cases.js';
import { ask, type Seen } from './clients.js';
import { FAULTS, FLAPPING, type Outcome } from './faults.js';
import { callsOf, wallTable } from './table.js';
import { begunIn, healthy, modelOf } from './upstreams.js';
import { problemsOf } from './verdict.js';

const CASES = casesOf([...FAULTS, FLAPPING]);
// A minute, and what there is time for every day.
const FLAPPING_MS = process.env['SWITCHYARD_TEST_LONG'] === '1' ? 60_000 : 6_000;

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

  /** Sends a case's request, always by the same gateway, and counts the calls of its upstreams. */
  async function send(
    { client, alias, stream, fault, placed }: WallCase,
    number: number,
  ): Promise<{ readonly seen: Seen; readonly calls: readonly number[] }> {
    const before = upstream.requests.length;
    const url = world.urls[number % world.urls.length] ?? world.url;
    const seen = await ask(url, client, { model: alias, stream, text: 'prompt-text', headers: fault.headers });
    const since = upstream.requests.slice(before);
    const callsOf = ({ key, model }: Placed): number =>
      since.filter((request) => request.key === key && modelOf(request) === model).length;
    return { seen, calls: placed.map(callsOf) };
  }

  async function act(one: WallCase, number: number, outcome: Outcome): Promise<readonly string[]> {
    const { seen, calls } = await send(one, number);
    const [counted, expected] = [callsOf({ ...outcome, calls }), callsOf(outcome)];
    const miscounted = counted === expected ? [] : [`the calls are ${counted}, not ${expected}`];
    return [...problemsOf(one, outcome, seen), ...miscounted];
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

  it(
    'keeps an upstream that flaps from the clients, and asks it about once for each cooldown',
    async () => {
      const untilMs = performance.now() + FLAPPING_MS;
      const found = await Promise.all(
        CASES.filter(({ fault }) => fault === FLAPPING).map((one, number) => flapFor(one, { number, untilMs })),
      );
      expect(found.flatMap(({ problems }) => problems)).toEqual([]);
      expect(Math.max(...found.map(({ failures }) => failures))).toBeLessThanOrEqual(FLAPPING_MS / 1_000 + 2);
    },
    FLAPPING_MS + 30_000,
  );

  /** One request after the other; the failures are those of the calls to the upstream that flaps. */
  async function flapFor(
    one: WallCase,
    { number, untilMs }: { readonly number: number; readonly untilMs: number },
  ): Promise<{ readonly problems: readonly string[]; readonly failures: number }> {
    const problems: string[] = [];
    let failures = 0;
    while (performance.now() < untilMs) {
      const { seen } = await send(one, number);
      problems.push(...problemsOf(one, one.outcome, seen));
      failures += Number(seen.headers.get('x-switchyard-attempts')) - 1;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return { problems, failures };
  }

  it('is what the documentation says', async () => {
    expect(await readFile(repositoryFile('docs/failover.md'), 'utf8')).toContain(wallTable());
  });

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
