import fc from 'fast-check';

import { twoDecimals } from './two-decimals.js';

describe('twoDecimals', () => {
  it.each([0, -0, 0.004, 0.005, 0.015, 0.994, 0.995, 0.999, 1, 1.005, 1.045, 8.345, 10.235, 99.995, 1e-7, 123_456.789])(
    'writes %p as toFixed does',
    (value) => {
      expect(twoDecimals(value)).toBe(value.toFixed(2));
    },
  );

  it.each([-0.001, -1.5, 2 ** 31, 2 ** 53, 1e20, 1e21, 1e300, Number.NaN, Infinity, -Infinity])(
    'leaves %p to toFixed',
    (value) => {
      expect(twoDecimals(value)).toBe(value.toFixed(2));
    },
  );

  it('gives what toFixed gives, for any number', () => {
    const near = fc.tuple(fc.integer({ min: 0, max: 30_000_000 }), fc.constantFrom(0, 1e-12, -1e-12, 1e-9, -1e-9));
    const halves = near.map(([thousandths, off]) => thousandths / 1_000 + off);
    fc.assert(
      fc.property(fc.oneof(fc.double(), fc.double({ min: 0, max: 1e7 }), halves), (value) => {
        expect(twoDecimals(value)).toBe(value.toFixed(2));
      }),
      { numRuns: 2_000 },
    );
  });
});
