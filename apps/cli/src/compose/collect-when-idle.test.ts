import { atLook } from './collect-when-idle.js';

/** At which looks a process collects that used these shares of a core. */
function collectionsOf(shares: readonly number[]): readonly number[] {
  let isClean = false;
  return shares.flatMap((share, look) => {
    const step = atLook(isClean, share);
    isClean = step.isClean;
    return step.collects ? [look] : [];
  });
}

describe('collecting garbage when idle', () => {
  it('happens once after the start, as soon as there is nothing to do', () => {
    expect(collectionsOf([0.9, 0.3, 0.01, 0.01, 0.02])).toEqual([2]);
  });

  it('happens once more after the process was busy', () => {
    expect(collectionsOf([0.01, 0.9, 0.8, 0.01, 0.01])).toEqual([0, 3]);
  });

  it('does not happen for as long as there is something to do, nor again for a request now and then', () => {
    expect(collectionsOf([0.9, 0.1, 0.06, 0.5])).toEqual([]);
    expect(collectionsOf([0.01, 0.1, 0.01, 0.15, 0.01])).toEqual([0]);
  });
});
