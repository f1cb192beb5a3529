import {
  candidate,
  idsOf,
  recordOf,
  resolutionOf,
  scopeOf,
  stateOf,
  type TestState,
} from '../__fixtures__/routing-state.js';
import type { Resolution } from '../resolve/resolve.js';
import { choose, strategyOf, type ChooseOptions, type Choice } from './choose.js';
import { outageError } from './outage.js';

function chooseFrom(resolution: Resolution, options: Partial<ChooseOptions> = {}): Choice {
  return choose({
    resolution,
    state: stateOf(),
    strategy: strategyOf(resolution, {}),
    nowMs: 0,
    random: () => 0,
    ...options,
  });
}

describe('choose', () => {
  it('takes turns within a target', () => {
    const state = stateOf();
    const three = resolutionOf([candidate('a'), candidate('b'), candidate('c')]);
    expect([0, 1, 2, 3].map(() => idsOf(chooseFrom(three, { state }).candidates))).toEqual([
      'a b c',
      'b c a',
      'c a b',
      'a b c',
    ]);
  });

  it('keeps a higher priority in front and targets in their order', () => {
    const chain = resolutionOf(
      [candidate('low'), candidate('high', { priority: 5 })],
      [candidate('next', { priority: 9 })],
    );
    expect(idsOf(chooseFrom(chain).candidates)).toBe('high low next');
  });

  it('tries a candidate that two targets share once', () => {
    const shared = resolutionOf([candidate('a')], [candidate('a'), candidate('b')]);
    expect(idsOf(chooseFrom(shared).candidates)).toBe('a b');
  });
});

describe('candidates of which nothing is known', () => {
  const candidates = [
    candidate('a', { contextLength: 100 }),
    candidate('high', { priority: 5 }),
    candidate('b'),
    candidate('higher', { priority: 9 }),
    candidate('also-high', { priority: 5 }),
  ];

  it.each([undefined, 100, 101])('are chosen as if each had been looked at, for %s tokens', (inputTokens) => {
    const estimate = inputTokens === undefined ? undefined : { inputTokens, outputTokens: 1 };
    const resolution = resolutionOf(candidates);
    for (const strategy of ['round-robin', 'weighted', 'fill-first', 'least-busy', 'cheapest'] as const) {
      const blank = { ...stateOf(), isBlank: true };
      const looked = stateOf();
      for (let turn = 0; turn < 4; turn += 1) {
        const wanted = idsOf(chooseFrom(resolution, { state: looked, strategy, estimate }).candidates);
        expect(idsOf(chooseFrom(resolution, { state: blank, strategy, estimate }).candidates)).toBe(wanted);
      }
    }
  });

  it('are looked at again once something is known of one', () => {
    const state = stateOf();
    const resolution = resolutionOf([candidate('a'), candidate('b')]);
    chooseFrom(resolution, { state: { ...state, isBlank: true }, strategy: 'fill-first' });
    state.records.set(scopeOf('a'), recordOf({ scope: scopeOf('a'), untilMs: 10 }));
    const known = { ...state, isBlank: false };
    expect(idsOf(chooseFrom(resolution, { state: known, strategy: 'fill-first' }).candidates)).toBe('b');
  });
});

describe('health', () => {
  const three = resolutionOf([candidate('a'), candidate('b'), candidate('c')]);
  const NOW = 1_000;

  function chosen(state: TestState, resolution = three): Choice {
    return chooseFrom(resolution, { state, strategy: 'fill-first', nowMs: NOW });
  }

  it.each(['cooling', 'parked'] as const)('leaves out what is %s, by credential and by model', (kind) => {
    const state = stateOf();
    state.records.set('a', recordOf({ scope: 'a', untilMs: 2_000, state: kind }));
    state.records.set(scopeOf('b'), recordOf({ scope: scopeOf('b'), untilMs: 2_000, state: kind }));
    state.records.set(scopeOf('c', 'other'), recordOf({ scope: scopeOf('c', 'other'), untilMs: 2_000, state: kind }));
    expect(idsOf(chosen(state).candidates)).toBe('c');
  });

  it('lets one request probe a candidate whose window has passed, and nobody else use it', () => {
    const state = stateOf();
    state.records.set('a', recordOf({ scope: 'a', untilMs: NOW }));
    state.probes.add('a');
    expect(idsOf(chosen(state).candidates)).toBe('a b c');
    expect(idsOf(chosen(state).candidates)).toBe('b c');
  });

  it('asks for no right to probe that it would not use at once', () => {
    const state = stateOf();
    for (const id of ['b', 'c']) {
      state.records.set(id, recordOf({ scope: id, untilMs: NOW }));
      state.probes.add(id);
    }
    expect([idsOf(chosen(state).candidates), state.asked]).toEqual(['a', []]);
  });

  it('asks for one right only when several windows have passed', () => {
    const state = stateOf();
    for (const id of ['a', 'b', 'c']) state.records.set(id, recordOf({ scope: id, untilMs: NOW }));
    state.probes.add('b').add('c');
    expect([idsOf(chosen(state).candidates), state.asked]).toEqual(['b', ['a', 'b']]);
  });

  it('needs both rights where the credential and its model are both in doubt', () => {
    const state = stateOf();
    const only = resolutionOf([candidate('a')]);
    for (const scope of ['a', scopeOf('a')]) state.records.set(scope, recordOf({ scope, untilMs: NOW }));
    state.probes.add(scopeOf('a'));
    expect([chosen(state, only).candidates, state.asked]).toEqual([[], ['a']]);
    state.probes.add('a');
    expect(idsOf(chosen(state, only).candidates)).toBe('a');
  });

  it('says when the first recovers, and why each is out, when all are', () => {
    const state = stateOf();
    state.records.set('a', recordOf({ scope: 'a', untilMs: 9_000, state: 'parked', code: 'upstream_auth_failed' }));
    state.records.set(scopeOf('b'), recordOf({ scope: scopeOf('b'), untilMs: 5_000 }));
    state.records.set('c', recordOf({ scope: 'c', untilMs: 7_000 }));
    state.records.set(scopeOf('c'), recordOf({ scope: scopeOf('c'), untilMs: 3_000, code: 'upstream_timeout' }));
    const { candidates, outage } = chosen(state);
    expect(candidates).toEqual([]);
    expect(outage?.recoversAtMs).toBe(5_000);
    expect(
      outage?.credentials.map(({ credentialId, state: kind, code, untilMs }) => [credentialId, kind, code, untilMs]),
    ).toEqual([
      ['a', 'parked', 'upstream_auth_failed', 9_000],
      ['b', 'cooling', 'upstream_rate_limited', 5_000],
      ['c', 'cooling', 'upstream_rate_limited', 7_000],
    ]);
    const error = outageError('m', outage ?? { recoversAtMs: 0, credentials: [] }, NOW);
    expect([error.code, error.status, error.retryAfterMs]).toEqual(['all_cooling', 429, 4_000]);
    expect(error.message).toContain('b: upstream_rate_limited, again in 4 s');
  });

  it('uses the one that was well for longest when all are out and it only for a transient error', () => {
    const state = stateOf();
    const codes = { a: 'upstream_server_error', b: 'upstream_timeout', c: 'upstream_rate_limited' } as const;
    const since = { a: 10, b: 20, c: 30 };
    for (const id of ['a', 'b', 'c'] as const) {
      state.records.set(
        scopeOf(id),
        recordOf({ scope: scopeOf(id), untilMs: 9_000, code: codes[id], sinceMs: since[id] }),
      );
    }
    expect(chosen(state)).toEqual({ candidates: [expect.objectContaining({ scope: scopeOf('b') })] });
  });

  it('does not use one that a quota holds too, whatever else does', () => {
    const state = stateOf();
    const only = resolutionOf([candidate('a')]);
    state.records.set(scopeOf('a'), recordOf({ scope: scopeOf('a'), untilMs: 9_000, code: 'upstream_timeout' }));
    expect(idsOf(chosen(state, only).candidates)).toBe('a');
    state.records.set('a', recordOf({ scope: 'a', untilMs: 9_000 }));
    expect(chosen(state, only).outage?.recoversAtMs).toBe(9_000);
  });

  it('goes on to a lower priority, and to the next target, when the first are out', () => {
    const state = stateOf();
    const chain = resolutionOf([candidate('a', { priority: 2 }), candidate('b')], [candidate('c')]);
    state.records.set('a', recordOf({ scope: 'a', untilMs: 9_000 }));
    expect(idsOf(chosen(state, chain).candidates)).toBe('b c');
    state.records.set('b', recordOf({ scope: 'b', untilMs: 9_000 }));
    expect(idsOf(chosen(state, chain).candidates)).toBe('c');
  });
});

describe('size', () => {
  it('puts candidates whose context is too small for the request last', () => {
    const chain = resolutionOf(
      [candidate('small', { contextLength: 8_000 })],
      [candidate('large', { contextLength: 200_000 }), candidate('untold')],
    );
    const sized = (inputTokens: number): string =>
      idsOf(chooseFrom(chain, { estimate: { inputTokens, outputTokens: 4_000 } }).candidates);
    expect(sized(8_000)).toBe('small large untold');
    expect(sized(8_001)).toBe('large untold small');
  });
});

describe('exclude', () => {
  it('leaves out what was tried, and calls that no outage', () => {
    const two = resolutionOf([candidate('a'), candidate('b')]);
    expect(idsOf(chooseFrom(two, { exclude: new Set([scopeOf('a')]) }).candidates)).toBe('b');
    expect(chooseFrom(two, { exclude: new Set([scopeOf('a'), scopeOf('b')]) })).toEqual({ candidates: [] });
  });
});
