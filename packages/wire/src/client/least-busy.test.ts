import fc from 'fast-check';

import { leastBusy } from './least-busy.js';

const candidates = fc.array(fc.nat({ max: 5 }).map((openStreams) => ({ openStreams })));
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('leastBusy', () => {
  it('takes one with the fewest open streams, and nothing only from nothing', () => {
    fc.assert(
      fc.property(candidates, random, (list, at) => {
        const fewest = list.length === 0 ? undefined : Math.min(...list.map(({ openStreams }) => openStreams));
        expect(leastBusy(list, at)?.openStreams).toBe(fewest);
      }),
    );
  });

  it('spreads equals over all of them', () => {
    const equals = [{ openStreams: 1 }, { openStreams: 1 }, { openStreams: 1 }];
    expect([0, 0.4, 0.9].map((at) => equals.findIndex((each) => each === leastBusy(equals, at)))).toEqual([0, 1, 2]);
  });
});
