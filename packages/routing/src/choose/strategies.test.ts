import { randomFrom } from '../__fixtures__/quota-simulation.js';
import { candidate, idsOf, resolutionOf, stateOf, type TestState } from '../__fixtures__/routing-state.js';
import { PriceBook } from '../load/price-book.js';
import type { Candidate } from '../resolve/candidate.js';
import type { Resolution } from '../resolve/resolve.js';
import type { Strategy } from '../snapshot/policies.js';
import { choose } from './choose.js';

const PICKS = 10_000;

interface Run {
  readonly resolution: Resolution;
  readonly strategy: Strategy;
  readonly state?: TestState;
  readonly nowMs?: number;
  readonly random?: () => number;
}

function pick({ resolution, strategy, state = stateOf(), nowMs = 0, random = () => 0 }: Run): readonly Candidate[] {
  return choose({ resolution, state, strategy, nowMs, random }).candidates;
}

/** How often each credential came first. */
function firsts(run: Run): Readonly<Record<string, number>> {
  const state = run.state ?? stateOf();
  const counts: Record<string, number> = {};
  for (let made = 0; made < PICKS; made += 1) {
    const id = pick({ ...run, state })[0]?.credential.id ?? 'none';
    counts[id] = (counts[id] ?? 0) + 1;
  }
  return counts;
}

function expectShares(counts: Readonly<Record<string, number>>, weights: Readonly<Record<string, number>>): void {
  const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
  for (const [id, weight] of Object.entries(weights)) {
    const expected = (PICKS * weight) / total;
    expect(Math.abs((counts[id] ?? 0) - expected)).toBeLessThanOrEqual(expected / 100);
  }
}

const WEIGHTS = { a: 5, b: 3, c: 1, d: 0.5 };
const weighted = Object.entries(WEIGHTS).map(([id, weight]) => candidate(id, { weight }));

describe('the distribution over 10,000 picks', () => {
  it('is equal under round-robin', () => {
    expectShares(firsts({ resolution: resolutionOf(weighted), strategy: 'round-robin' }), { a: 1, b: 1, c: 1, d: 1 });
  });

  it('follows the weights of credentials under weighted', () => {
    expectShares(firsts({ resolution: resolutionOf(weighted), strategy: 'weighted' }), WEIGHTS);
  });

  it("follows an alias's targets, and the credentials' weights inside each", () => {
    const targets = [
      { name: 'one', weight: 3, candidates: [candidate('a', { weight: 2 }), candidate('b')] },
      { name: 'two', weight: 1, candidates: [candidate('c')] },
    ];
    const alias = { name: 'm', targets: targets.map(({ name, weight }) => ({ model: name, weight })) };
    const counts = firsts({ resolution: { model: 'm', alias, targets }, strategy: 'weighted' });
    expectShares(counts, { a: 2 / 4, b: 1 / 4, c: 1 / 4 });
  });

  it('takes turns across the targets of an alias under round-robin', () => {
    const resolution = resolutionOf([candidate('a')], [candidate('b'), candidate('c')]);
    expectShares(firsts({ resolution, strategy: 'round-robin' }), { a: 1, b: 1, c: 1 });
  });
});

describe('weighted', () => {
  it('is smooth', () => {
    const resolution = resolutionOf([candidate('a', { weight: 5 }), candidate('b'), candidate('c')]);
    const state = stateOf();
    const order = Array.from({ length: 7 }, () => pick({ resolution, strategy: 'weighted', state })[0]?.credential.id);
    expect(order.join('')).toBe('aabacaa');
  });

  it("keeps a target's share whole when one of its credentials is out", () => {
    const targets = [
      { name: 'one', weight: 1, candidates: [candidate('a'), candidate('b')] },
      { name: 'two', weight: 1, candidates: [candidate('c')] },
    ];
    const alias = { name: 'm', targets: targets.map(({ name, weight }) => ({ model: name, weight })) };
    const state = stateOf();
    state.records.set('a', {
      scope: 'a',
      state: 'cooling',
      code: 'upstream_rate_limited',
      sinceMs: 0,
      untilMs: 9,
      level: 0,
    });
    expectShares(firsts({ resolution: { model: 'm', alias, targets }, strategy: 'weighted', state }), { b: 1, c: 1 });
  });

  it('tells two thinking efforts of one model apart', () => {
    const targets = [
      { name: 'low', weight: 3, candidates: [candidate('a', { thinking: 'low' })] },
      { name: 'high', weight: 1, candidates: [candidate('a', { thinking: 'high' })] },
    ];
    const alias = { name: 'm', targets: targets.map(({ name, weight }) => ({ model: name, weight })) };
    const state = stateOf();
    const order = Array.from(
      { length: 8 },
      () => pick({ resolution: { model: 'm', alias, targets }, strategy: 'weighted', state })[0]?.thinking,
    );
    expect(order.filter((thinking) => thinking === 'low')).toHaveLength(6);
  });
});

describe('fill-first', () => {
  it('uses the first as long as it may', () => {
    expect(firsts({ resolution: resolutionOf(weighted), strategy: 'fill-first' })).toEqual({ a: PICKS });
  });
});

describe('fallback', () => {
  it('keeps to the first target and takes turns in it', () => {
    const resolution = resolutionOf([candidate('a'), candidate('b')], [candidate('c')]);
    expectShares(firsts({ resolution, strategy: 'fallback' }), { a: 1, b: 1 });
  });

  it('takes turns in the second target too, whoever is tried first in the first', () => {
    const resolution = resolutionOf([candidate('a'), candidate('b')], [candidate('c'), candidate('d')]);
    const state = stateOf();
    const seconds = Array.from(
      { length: 4 },
      () => pick({ resolution, strategy: 'fallback', state })[2]?.credential.id,
    );
    expect(seconds.join('')).toBe('cdcd');
  });
});

describe('least-busy', () => {
  it('prefers whoever has fewest requests under way, and takes turns among equals', () => {
    const all = [candidate('a'), candidate('b'), candidate('c')];
    const state = stateOf();
    const run = { resolution: resolutionOf(all), strategy: 'least-busy', state } as const;
    const flights = Array.from({ length: 6 }, () => {
      const [first] = pick(run);
      return first === undefined
        ? undefined
        : { id: first.credential.id, flight: state.loads.start(first, { nowMs: 0 }) };
    });
    expect(
      flights
        .map((one) => one?.id)
        .toSorted()
        .join(''),
    ).toBe('aabbcc');
    for (const one of flights.filter((other) => other?.id === 'b')) one?.flight.end();
    expect(pick(run)[0]?.credential.id).toBe('b');
  });
});

describe('least-latency', () => {
  const all = ['fast', 'slow', 'slower'].map((id) => candidate(id));
  const TIMES = { fast: 200, slow: 600, slower: 2_000 };

  /** Lets every pick answer in its own time, one every 50 ms. */
  function run(times: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
    const state = stateOf();
    const random = randomFrom(7);
    const counts: Record<string, number> = {};
    const pending: { readonly atMs: number; end(): void }[] = [];
    for (let nowMs = 0; nowMs < 200_000; nowMs += 50) {
      for (const one of pending.filter(({ atMs }) => atMs <= nowMs)) {
        one.end();
        pending.splice(pending.indexOf(one), 1);
      }
      const [first] = pick({ resolution: resolutionOf(all), strategy: 'least-latency', state, nowMs, random });
      if (first === undefined) continue;
      const { id } = first.credential;
      counts[id] = (counts[id] ?? 0) + 1;
      const atMs = nowMs + (times[id] ?? 0);
      const flight = state.loads.start(first, { nowMs });
      pending.push({
        atMs,
        end: () => {
          flight.firstContent(atMs);
          flight.end();
        },
      });
    }
    return counts;
  }

  it('sends most to the fastest, and still some to the others, so that it notices when they get faster', () => {
    const counts = run(TIMES);
    expect(counts['fast']).toBeGreaterThan(2 * (counts['slow'] ?? 0));
    expect(counts['slow']).toBeGreaterThan(counts['slower'] ?? 0);
    expect(counts['slower']).toBeGreaterThan(5);
  });

  it('believes a peak at once', () => {
    const state = stateOf();
    const [a, b] = [candidate('a'), candidate('b')];
    for (const [one, tookMs] of [
      [a, 100],
      [b, 150],
      [a, 5_000],
    ] as const) {
      const flight = state.loads.start(one, { nowMs: 0 });
      flight.firstContent(tookMs);
      flight.end();
    }
    const resolution = resolutionOf([a, b]);
    expect(idsOf(pick({ resolution, strategy: 'least-latency', state, nowMs: 5_000 }))).toBe('b a');
  });
});

describe('cheapest', () => {
  const price = (model: string, input: number, output: number): { model: string; input: number; output: number } => ({
    model,
    input,
    output,
  });
  const state = stateOf({ prices: new PriceBook([price('dear', 5, 25), price('cheap-*', 1, 5)]) });
  const all = [
    candidate('untold', { model: 'untold' }),
    candidate('a', { model: 'dear' }),
    candidate('b', { model: 'cheap-1' }),
    candidate('c', { model: 'cheap-2' }),
  ];

  it('takes turns among the cheapest, and what nobody knows the price of comes last', () => {
    const run = { resolution: resolutionOf(all), strategy: 'cheapest', state } as const;
    expect([idsOf(pick(run)), idsOf(pick(run))]).toEqual(['b c a untold', 'c b a untold']);
  });

  it('compares what this request costs', () => {
    const prices = new PriceBook([price('long-in', 1, 100), price('long-out', 10, 10)]);
    const resolution = resolutionOf([candidate('a', { model: 'long-in' }), candidate('b', { model: 'long-out' })]);
    const first = (inputTokens: number, outputTokens: number): string =>
      idsOf(
        choose({
          resolution,
          strategy: 'cheapest',
          state: stateOf({ prices }),
          nowMs: 0,
          random: () => 0,
          estimate: { inputTokens, outputTokens },
        }).candidates,
      );
    expect([first(100_000, 100), first(100, 1_000)]).toEqual(['a b', 'b a']);
  });
});

describe('priority', () => {
  const strategies: readonly Strategy[] = [
    'round-robin',
    'weighted',
    'fill-first',
    'least-latency',
    'least-busy',
    'cheapest',
  ];
  it.each(strategies)('stands above %s', (strategy) => {
    const prices = new PriceBook([
      { model: 'm', provider: 'dear', input: 9, output: 9 },
      { model: 'm', input: 1, output: 1 },
    ]);
    const state = stateOf({ prices });
    const high = candidate('high', { priority: 1, weight: 1, provider: 'dear' });
    state.loads.start(high, { nowMs: 0 }).firstContent(9_000);
    const resolution = resolutionOf([candidate('low', { weight: 100 })], [high]);
    expect(idsOf(pick({ resolution, strategy, state, nowMs: 9_000 }))).toBe('high low');
  });
});
