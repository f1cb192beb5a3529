import { jest } from '@jest/globals';
import type { HealthRecord } from '@switchyard/routing';

import type { RightAnswer } from './health-commands.js';
import { ProbeKeeper } from './probe-keeper.js';

const SCOPE = 'credential|model';

/** A keeper whose Redis gives these answers, one after the other, and what it shared. */
function keeperOf(answers: readonly RightAnswer['type'][]): {
  readonly keeper: ProbeKeeper;
  readonly shared: string[];
} {
  const left = [...answers];
  const shared: string[] = [];
  const keeper = new ProbeKeeper({
    probeMs: 30_000,
    holdMs: 3_000,
    now: Date.now,
    win: async (scopes) => scopes.map(() => answerOf(left.shift())),
    onUnshared: (scope) => shared.push(scope),
    onFailure: (error) => {
      throw error;
    },
  });
  keeper.join();
  return { keeper, shared };
}

function answerOf(type: RightAnswer['type'] = 'unshared'): RightAnswer {
  return type === 'won' || type === 'unshared' ? { type } : { type, waitMs: 1_000 };
}

function recordUntil(untilMs: number): HealthRecord {
  return { scope: SCOPE, state: 'cooling', code: 'upstream_rate_limited', sinceMs: 0, untilMs, level: 0 };
}

describe('a record that Redis does not know of when its window has passed', () => {
  beforeEach(() => jest.useFakeTimers({ now: 1_000_000 }));
  afterEach(() => jest.useRealTimers());

  it('is shared when Redis does not know of it a second later either', async () => {
    const { keeper, shared } = keeperOf(['unshared', 'unshared']);
    keeper.follow(SCOPE, recordUntil(Date.now() + 100));
    await jest.advanceTimersByTimeAsync(900);
    expect(shared).toEqual([]);
    await jest.advanceTimersByTimeAsync(300);
    expect(shared).toEqual([SCOPE]);
    expect(keeper.take(SCOPE)).toBe('no');
  });

  it('is not brought back where the message that ended it was only slower than the answer', async () => {
    const { keeper, shared } = keeperOf(['unshared', 'unshared', 'unshared']);
    keeper.follow(SCOPE, recordUntil(Date.now() + 100));
    await jest.advanceTimersByTimeAsync(200);
    keeper.follow(SCOPE, undefined);
    await jest.advanceTimersByTimeAsync(5_000);
    // The next failure is a record of its own.
    keeper.follow(SCOPE, recordUntil(Date.now() + 100));
    await jest.advanceTimersByTimeAsync(200);
    expect(shared).toEqual([]);
  });

  it('is probed as usual where Redis knew of it after all', async () => {
    const { keeper, shared } = keeperOf(['unshared', 'won']);
    keeper.follow(SCOPE, recordUntil(Date.now() + 100));
    await jest.advanceTimersByTimeAsync(1_200);
    expect([keeper.take(SCOPE), shared]).toEqual(['taken', []]);
  });
});
