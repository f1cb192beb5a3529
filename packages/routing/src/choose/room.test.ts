import type { Headroom } from '@switchyard/canonical';

import { candidate, idsOf, resolutionOf, scopeOf, stateOf } from '../__fixtures__/routing-state.js';
import { choose } from './choose.js';
import { roomOf, type Room, type RoomNeeds } from './room.js';

interface Case {
  readonly headroom: Headroom;
  readonly needs?: Partial<RoomNeeds>;
  readonly replicas?: number;
  /** Moments at which this replica sent a request of 100 tokens in and 50 out. */
  readonly sentAtMs?: readonly number[];
  readonly account?: boolean;
}

function room({ headroom, needs, replicas = 1, sentAtMs = [], account = false }: Case): Room {
  const state = stateOf({ replicas });
  const one = candidate('a', { quotaScope: account ? 'account' : 'model' });
  state.headrooms.set(account ? 'a' : scopeOf('a'), headroom);
  for (const nowMs of sentAtMs) state.loads.start(one, { nowMs, inputTokens: 100, outputTokens: 50 });
  return roomOf(one, state, { estimate: undefined, nowMs: 60_000, ...needs });
}

const requests = (remaining: number, facts: Partial<Headroom['requests']> = {}): Headroom => ({
  requests: { remaining, limit: 100, resetAtMs: 120_000, ...facts },
  observedAtMs: 60_000,
});

describe('the room that is left', () => {
  it('is what the provider said, less a reserve', () => {
    expect([50, 6, 5, 1, 0].map((remaining) => room({ headroom: requests(remaining) }))).toEqual([
      'ample',
      'ample',
      'tight',
      'tight',
      'none',
    ]);
  });

  it('grows evenly towards the reset', () => {
    const at = (nowMs: number): Room => room({ headroom: requests(0), needs: { nowMs } });
    expect([60_000, 60_500, 61_000, 63_000, 64_000, 120_000, 500_000].map(at)).toEqual([
      'none',
      'none',
      'tight',
      'tight',
      'ample',
      'ample',
      'ample',
    ]);
  });

  it('shrinks by what was sent since, on every replica', () => {
    const sentAtMs = [60_100, 60_200, 60_300];
    expect(room({ headroom: requests(10), sentAtMs })).toBe('ample');
    expect(room({ headroom: requests(10), sentAtMs, replicas: 2 })).toBe('tight');
    expect(room({ headroom: requests(10), sentAtMs, replicas: 4 })).toBe('none');
    expect(room({ headroom: requests(10), sentAtMs: [10_000, 20_000], replicas: 4 })).toBe('ample');
  });

  it.each([
    ['tokens', 151, 'none'],
    ['inputTokens', 101, 'none'],
    ['outputTokens', 51, 'none'],
    ['tokens', 150, 'tight'],
    ['inputTokens', 100, 'tight'],
    ['outputTokens', 50, 'tight'],
  ] as const)('is looked at in %s', (kind, least, expected) => {
    const quota = { remaining: expected === 'none' ? least - 1 - 1 : least, limit: 10_000, resetAtMs: 120_000 };
    const needs = { estimate: { inputTokens: 100, outputTokens: 50 } };
    expect(room({ headroom: { [kind]: quota, observedAtMs: 60_000 }, needs })).toBe(expected);
  });

  it('is never tight for a quota smaller than the reserve while half of it is left', () => {
    const headroom = { requests: { remaining: 2, limit: 3, resetAtMs: 120_000 }, observedAtMs: 60_000 };
    expect(room({ headroom, replicas: 3 })).toBe('ample');
  });

  it('is ample once an observation without a reset is a minute old, or nothing was observed', () => {
    const headroom = { requests: { remaining: 0 }, observedAtMs: 60_000 };
    expect([60_000, 119_999, 120_000].map((nowMs) => room({ headroom, needs: { nowMs } }))).toEqual([
      'none',
      'none',
      'ample',
    ]);
    expect(room({ headroom: { observedAtMs: 0 } })).toBe('ample');
  });

  it("is the account's where the provider counts by account", () => {
    expect(room({ headroom: requests(0), account: true })).toBe('none');
    const other = candidate('a', { quotaScope: 'account', model: 'other' });
    const state = stateOf();
    state.headrooms.set('a', requests(7));
    for (let sent = 0; sent < 5; sent += 1) state.loads.start(other, { nowMs: 60_000 });
    expect(roomOf(candidate('a', { quotaScope: 'account' }), state, { estimate: undefined, nowMs: 60_000 })).toBe(
      'tight',
    );
  });
});

describe('choosing by room', () => {
  it('takes a lower priority and a later target before running into a limit, and drops nobody', () => {
    const state = stateOf();
    state.headrooms.set(scopeOf('first'), requests(0));
    state.headrooms.set(scopeOf('second'), requests(3));
    const chain = resolutionOf([candidate('first', { priority: 1 }), candidate('second')], [candidate('third')]);
    const { candidates } = choose({ resolution: chain, state, strategy: 'fallback', nowMs: 60_000, random: () => 0 });
    expect(idsOf(candidates)).toBe('third second first');
  });
});
