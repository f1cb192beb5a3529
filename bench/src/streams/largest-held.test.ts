import { largestHeld } from './largest-held.js';

describe('the search for the largest number that is held', () => {
  it.each([25, 30, 99, 100, 640, 3_999])('comes near %i', async (most) => {
    const found = await largestHeld({ first: 25, step: 1.1 }, async (count) => count <= most);
    expect(found).toBeLessThanOrEqual(most);
    expect(found * 1.1).toBeGreaterThanOrEqual(Math.min(most, 3_200));
  });

  it('tells when not even the first is held', async () => {
    expect(await largestHeld({ first: 25, step: 1.1 }, async () => false)).toBe(0);
  });

  it('forgives one hiccup', async () => {
    let asked = 0;
    const found = await largestHeld({ first: 25, step: 1.1 }, async (count) => {
      asked += 1;
      return asked !== 1 && count <= 200;
    });
    expect(found).toBeGreaterThan(180);
  });
});
