import { candidate, idsOf, resolutionOf, stateOf } from '../__fixtures__/routing-state.js';
import type { Resolution } from '../resolve/resolve.js';
import { choose, strategyOf, type ChooseOptions, type Choice } from './choose.js';

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
