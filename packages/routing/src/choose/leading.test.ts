import fc from 'fast-check';

import { leading } from './leading.js';

describe('leading', () => {
  it('puts the eight lowest first, ties as they came, and keeps the rest as it was', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 60 }), (scores) => {
        const items = scores.map((score, index) => ({ score, index }));
        const ordered = leading(items, ({ score }) => score);
        const first = items.toSorted((a, b) => a.score - b.score).slice(0, 8);
        expect(ordered.slice(0, 8)).toEqual(first);
        expect(ordered.slice(8)).toEqual(items.filter((item) => !first.includes(item)));
      }),
    );
  });
});
