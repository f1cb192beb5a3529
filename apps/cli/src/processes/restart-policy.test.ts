import { afterEnd } from './restart-policy.js';

describe('a process that ended without being asked to', () => {
  it('is replaced at once where it had served for a while', () => {
    expect(afterEnd({ hasServed: true, livedMs: 30_000, earlyEnds: 5 })).toEqual({
      type: 'restart',
      delayMs: 0,
      earlyEnds: 0,
    });
  });

  it('is replaced the later the more often that happened', () => {
    const delays: number[] = [];
    let earlyEnds = 0;
    for (;;) {
      const next = afterEnd({ hasServed: true, livedMs: 500, earlyEnds });
      if (next.type === 'give-up') break;
      delays.push(next.delayMs);
      earlyEnds = next.earlyEnds;
    }
    expect(delays).toEqual([100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000]);
  });

  it('is not replaced where none ever served', () => {
    expect(afterEnd({ hasServed: false, livedMs: 500, earlyEnds: 0 })).toEqual({ type: 'give-up' });
  });
});
