import { candidate, idsOf, recordOf, resolutionOf, stateOf, type TestState } from '../__fixtures__/routing-state.js';
import { choose, type Choice } from '../choose/choose.js';
import type { Candidate } from '../resolve/candidate.js';
import type { Strategy } from '../snapshot/policies.js';

const five = ['a', 'b', 'c', 'd', 'e'].map((id) => candidate(id));

interface Ask {
  readonly key: string;
  readonly candidates?: readonly Candidate[];
  readonly state?: TestState;
  readonly strategy?: Strategy;
  readonly nowMs?: number;
}

function ask({ key, candidates = five, state = stateOf(), strategy = 'round-robin', nowMs = 0 }: Ask): Choice {
  return choose({ resolution: resolutionOf(candidates), state, strategy, nowMs, random: () => 0, affinityKey: key });
}

const homeOf = (options: Ask): string => ask(options).candidates[0]?.credential.id ?? 'none';
const KEYS = Array.from({ length: 2_000 }, (_, index) => `session-${index}`);

describe('affinity', () => {
  it('finds the same home on every replica, whatever each has done before', () => {
    const busy = stateOf();
    for (let turn = 0; turn < 7; turn += 1) busy.turns.next('t0');
    for (const key of KEYS.slice(0, 100)) expect(homeOf({ key, state: busy })).toBe(homeOf({ key }));
  });

  it('spreads keys evenly', () => {
    const counts = Object.groupBy(KEYS, (key) => homeOf({ key }));
    for (const { credential } of five) {
      const carried = counts[credential.id]?.length ?? 0;
      expect(carried).toBeGreaterThan(KEYS.length / 5 / 1.2);
      expect(carried).toBeLessThan((KEYS.length / 5) * 1.2);
    }
  });

  it('spreads them by weight under weighted', () => {
    const candidates = [candidate('a', { weight: 3 }), candidate('b')];
    const atA = KEYS.filter((key) => homeOf({ key, candidates, strategy: 'weighted' }) === 'a').length;
    expect(atA / KEYS.length).toBeGreaterThan(0.7);
    expect(atA / KEYS.length).toBeLessThan(0.8);
  });

  it('moves only the keys of a candidate that goes out of use, each to its own next, and gives them back', () => {
    const out = stateOf();
    out.records.set('c', recordOf({ scope: 'c', untilMs: 10 }));
    for (const key of KEYS) {
      const before = ask({ key }).candidates;
      const during = ask({ key, state: out }).candidates;
      expect(idsOf(during)).toBe(idsOf(before.filter(({ credential }) => credential.id !== 'c')));
    }
    out.probes.add('c');
    const [atC] = KEYS.filter((key) => homeOf({ key }) === 'c');
    expect(homeOf({ key: atC ?? '', state: out, nowMs: 10 })).toBe('c');
    out.records.clear();
    for (const key of KEYS) expect(homeOf({ key, state: out })).toBe(homeOf({ key }));
  });

  it('moves only what a newcomer takes', () => {
    const more = [...five, candidate('f')];
    const moved = KEYS.filter((key) => homeOf({ key, candidates: more }) !== homeOf({ key }));
    expect(moved.every((key) => homeOf({ key, candidates: more }) === 'f')).toBe(true);
    expect(moved.length).toBeLessThan((KEYS.length / 6) * 1.3);
  });

  it.each<Strategy>(['round-robin', 'weighted', 'least-latency', 'least-busy', 'cheapest', 'fallback', 'fill-first'])(
    'never outranks a priority under %s',
    (strategy) => {
      const candidates = [...five, candidate('first', { priority: 1 })];
      for (const key of KEYS.slice(0, 50)) expect(homeOf({ key, candidates, strategy })).toBe('first');
    },
  );
});

describe('a key that many requests share', () => {
  const REQUESTS = 10_000;

  /** How many of the requests each candidate got, when half of all have the same key. */
  function load(state: TestState, stepMs: number): readonly number[] {
    const counts = new Map<string, number>();
    for (let made = 0; made < REQUESTS; made += 1) {
      const nowMs = made * stepMs;
      const [first] = ask({ key: made % 2 === 0 ? 'hot' : `cold-${made % 200}`, state, nowMs }).candidates;
      if (first === undefined) continue;
      state.loads.start(first, { nowMs }).end();
      counts.set(first.credential.id, (counts.get(first.credential.id) ?? 0) + 1);
    }
    return [...counts.values()];
  }

  it.each([0, 1, 20, 100])('gives no candidate more than 1.3 times its share, with a request every %d ms', (stepMs) => {
    expect(Math.max(...load(stateOf(), stepMs))).toBeLessThanOrEqual((REQUESTS / five.length) * 1.3);
  });

  it('stays in one place while there are few', () => {
    const state = stateOf();
    const homes = Array.from({ length: 30 }, () => {
      const [first] = ask({ key: 'only', state }).candidates;
      if (first !== undefined) state.loads.start(first, { nowMs: 0 }).end();
      return first?.credential.id;
    });
    expect(new Set(homes).size).toBe(1);
  });
});
