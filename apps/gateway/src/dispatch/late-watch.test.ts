import { jest } from '@jest/globals';

import { LateWatch, type Watched } from './late-watch.js';

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

/** Counts how often it was told. */
class Counted implements Watched {
  readonly lateAtMs: number;
  told = 0;

  constructor(inMs: number) {
    this.lateAtMs = performance.now() + inMs;
  }

  onLate(): void {
    this.told += 1;
  }
}

describe('LateWatch', () => {
  it('tells who is late, within a quarter of a second, and nobody else', () => {
    const watch = new LateWatch();
    const [soon, later] = [new Counted(1_001), new Counted(5_000)];
    watch.watch(soon);
    watch.watch(later);
    jest.advanceTimersByTime(1_249);
    expect([soon.told, later.told]).toEqual([0, 0]);
    jest.advanceTimersByTime(1);
    expect([soon.told, later.told]).toEqual([1, 0]);
    jest.advanceTimersByTime(4_000);
    expect(later.told).toBeGreaterThan(0);
  });

  it('tells nothing to who has left, whose place another takes', () => {
    const watch = new LateWatch();
    const [gone, stays, comes] = [new Counted(1_000), new Counted(60_000), new Counted(2_000)];
    const place = watch.watch(gone);
    watch.watch(stays);
    watch.leave(place);
    expect(watch.watch(comes)).toBe(place);
    jest.advanceTimersByTime(3_000);
    expect([gone.told, stays.told]).toEqual([0, 0]);
    expect(comes.told).toBeGreaterThan(0);
  });

  it('rests while nobody is there, and watches again who comes then', () => {
    const watch = new LateWatch();
    watch.leave(watch.watch(new Counted(1_000)));
    jest.advanceTimersByTime(1_000);
    expect(jest.getTimerCount()).toBe(0);
    const late = new Counted(500);
    watch.watch(late);
    jest.advanceTimersByTime(500);
    expect(late.told).toBe(1);
  });

  it('hears of others although one leaves when it is told', () => {
    const watch = new LateWatch();
    const other = new Counted(100);
    const place = watch.watch({ lateAtMs: performance.now() + 100, onLate: () => watch.leave(place) });
    watch.watch(other);
    jest.advanceTimersByTime(250);
    expect(other.told).toBe(1);
  });
});
