import { memoryTrend, toleratedGrowthMb, type MemorySample } from './memory-trend.js';
import { outcomeOf, SoakTally, type Seen } from './soak-outcome.js';
import { planRequest, SOAK_STREAM } from './soak-plan.js';

const MINUTE = 60_000;

/** A look every ten seconds for an hour. */
function samplesOf(mbAt: (minute: number, index: number) => number): readonly MemorySample[] {
  return Array.from({ length: 360 }, (_, index) => ({ atMs: index * 10_000, mb: mbAt(index / 6, index) }));
}

const growthOf = (samples: readonly MemorySample[]): number => memoryTrend(samples)?.growthMb ?? Number.NaN;

describe('the trend of memory', () => {
  it('is none where a heap breathes', () => {
    expect(Math.abs(growthOf(samplesOf((_, index) => 180 + (index % 7) * 4)))).toBeLessThan(1);
  });

  it('leaves out what comes of warming up', () => {
    expect(growthOf(samplesOf((minute) => 120 + Math.min(minute, 10) * 8))).toBeCloseTo(0);
  });

  it('sees a slow leak through the breathing', () => {
    const trend = memoryTrend(samplesOf((minute, index) => 180 + minute * 0.5 + (index % 7) * 4));
    expect(trend?.growthMb).toBeGreaterThan(23);
    expect(trend?.growthMb).toBeLessThan(27);
    expect(trend?.spanMs).toBeCloseTo(50 * MINUTE, -5);
  });

  it('is not bent by an outlier or two', () => {
    expect(growthOf(samplesOf((_, index) => (index % 60 > 57 ? 900 : 180)))).toBeCloseTo(0);
  });

  it('is unknown for a short look', () => {
    expect(memoryTrend(samplesOf(() => 1).slice(0, 9))).toBeUndefined();
    expect(memoryTrend([])).toBeUndefined();
  });

  it('is held to five in a hundred, and ten megabytes at least', () => {
    expect(toleratedGrowthMb({ levelMb: 120, growthMb: 0, spanMs: 1 })).toBe(10);
    expect(toleratedGrowthMb({ levelMb: 400, growthMb: 0, spanMs: 1 })).toBe(20);
  });
});

describe('the mix of the soak', () => {
  it('has its shares of faults and aborts, of every kind and at every moment', () => {
    // A fixed sequence (Lehmer's), so that the shares are the same each time.
    let state = 42;
    const random = (): number => {
      state = (state * 48_271) % 2_147_483_647;
      return state / 2_147_483_647;
    };
    const plans = Array.from({ length: 20_000 }, () => planRequest({ streams: true }, random));
    const aborts = plans.flatMap(({ abortAfterMs }) => abortAfterMs ?? []);
    const faults = plans.flatMap(({ fault }) => fault ?? []);
    expect(aborts.length / plans.length).toBeCloseTo(0.05, 2);
    expect(faults.length / plans.length).toBeCloseTo(0.05, 2);
    expect([...new Set(faults)].toSorted()).toEqual(['429', '500', 'cut', 'reset', 'stall']);
    expect(aborts.filter((ms) => ms < 2).length / aborts.length).toBeCloseTo(0.5, 1);
    expect(Math.max(...aborts)).toBeGreaterThan(SOAK_STREAM.chunks * SOAK_STREAM.intervalMs * 0.9);
  });
});

describe('an answer of the soak', () => {
  const seen = (what: Partial<Seen>): Seen => ({ streams: true, wasAborted: false, status: 200, tail: '', ...what });
  const DONE = 'data: {"choices":[]}\n\ndata: [DONE]\n\n';
  const ERROR = 'data: {"error":{"message":"the stream was cut"}}\n\n';

  it.each([
    ['a whole stream', {}, seen({ tail: DONE }), 'good'],
    ['a whole body', {}, seen({ streams: false, tail: '{"a":{}}' }), 'good'],
    ['a fault that was made up for', { fault: '500' }, seen({ tail: DONE }), 'good'],
    ['a fault that was told in the stream', { fault: 'cut' }, seen({ tail: ERROR }), 'told'],
    ['a fault that was told at once', { fault: '429' }, seen({ status: 429, tail: '{}' }), 'told'],
    ['a client that went', { abortAfterMs: 1 }, seen({ wasAborted: true }), 'aborted'],
    ['an error that nobody asked for', {}, seen({ status: 502, tail: '{}' }), 'unexpected'],
    ['the same in a stream', {}, seen({ tail: ERROR }), 'unexpected'],
    ['a stream that just ends, even with a fault', { fault: 'cut' }, seen({ tail: 'data: {}\n\n' }), 'unexpected'],
    ['a connection that breaks', { fault: 'reset' }, seen({ failure: 'other side closed' }), 'unexpected'],
  ] as const)('%s', (_what, plan, answer, type) => {
    expect(outcomeOf(plan, answer).type).toBe(type);
  });

  it('is counted, with the first of what was wrong', () => {
    const tally = new SoakTally();
    tally.add({}, { type: 'good' });
    tally.add({ fault: '500' }, { type: 'good' });
    tally.add({ fault: 'cut' }, { type: 'told' });
    for (let times = 0; times < 30; times += 1) tally.add({}, { type: 'unexpected', problem: `${times}` });
    expect(tally.counts).toEqual({ sent: 33, good: 2, aborted: 0, told: 1, unexpected: 30, faults: 2, madeUpFor: 1 });
    expect(tally.problems).toHaveLength(20);
  });
});
