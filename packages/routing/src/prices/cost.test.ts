import { costMicros } from './cost.js';

const NOTHING = { inputUncached: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 0 };
// Three dollars and fifteen dollars for a million tokens.
const PRICE = { model: '*', input: 3_000_000, output: 15_000_000 };

describe('costMicros', () => {
  it('counts each bucket once, at its own price', () => {
    const price = { ...PRICE, cacheRead: 300_000, cacheWrite5m: 3_750_000, cacheWrite1h: 6_000_000 };
    const usage = { inputUncached: 100, cacheRead: 1_000, cacheWrite5m: 10, cacheWrite1h: 1, output: 50 };
    expect(costMicros(price, usage)).toBe(Math.ceil(300 + 300 + 37.5 + 6 + 750));
  });

  it('takes the price of input for what has none', () => {
    expect(costMicros(PRICE, { ...NOTHING, cacheRead: 10, cacheWrite5m: 10, cacheWrite1h: 10 })).toBe(90);
    expect(costMicros({ ...PRICE, cacheWrite5m: 4_000_000 }, { ...NOTHING, cacheWrite1h: 10 })).toBe(40);
  });

  it('never costs nothing where something was used', () => {
    expect(costMicros({ model: '*', input: 1, output: 1 }, { ...NOTHING, output: 1 })).toBe(1);
    expect(costMicros(PRICE, NOTHING)).toBe(0);
  });
});
