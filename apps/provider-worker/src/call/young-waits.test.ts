import { jest } from '@jest/globals';

import { YOUNG_MS, YoungWaits, type YoungWait } from './young-waits.js';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

function waitOf(name: string, grown: string[]): YoungWait {
  return { place: -1, growUp: () => grown.push(name) };
}

describe('young waits', () => {
  it('grow up together, but for those that are over', () => {
    const grown: string[] = [];
    const young = new YoungWaits();
    const waits = ['a', 'b', 'c', 'd'].map((name) => waitOf(name, grown));
    for (const wait of waits) young.add(wait);
    for (const wait of [waits[0], waits[3], waits[0]]) if (wait) young.remove(wait);
    jest.advanceTimersByTime(YOUNG_MS - 1);
    expect(grown).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(grown.toSorted()).toEqual(['b', 'c']);
    for (const wait of waits) young.remove(wait);
    jest.advanceTimersByTime(YOUNG_MS);
    expect(grown).toHaveLength(2);
  });

  it('are never older than that, whenever they came', () => {
    const grown: string[] = [];
    const young = new YoungWaits();
    young.add(waitOf('a', grown));
    jest.advanceTimersByTime(YOUNG_MS - 1);
    young.add(waitOf('b', grown));
    jest.advanceTimersByTime(1);
    expect(grown).toEqual(['a', 'b']);
    young.add(waitOf('c', grown));
    jest.advanceTimersByTime(YOUNG_MS);
    expect(grown).toEqual(['a', 'b', 'c']);
  });

  it('leave no timer behind', () => {
    const young = new YoungWaits();
    const wait = waitOf('a', []);
    young.add(wait);
    expect(jest.getTimerCount()).toBe(1);
    young.remove(wait);
    expect(jest.getTimerCount()).toBe(0);
  });
});
