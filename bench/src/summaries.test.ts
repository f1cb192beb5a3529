import { kneeRow } from './knee/bench-knee.js';
import { latencyBounds, summariseLatency } from './latency/bench-latency.js';
import type { LoadResult } from './load/job.js';
import { verdictsOf } from './report/verdicts.js';
import { formatReport } from './run-command.js';
import { summariseScale } from './scale/bench-scale.js';
import { isHeld, streamsBounds, summariseStreams } from './streams/bench-streams.js';

function loadOf(figures: Partial<LoadResult>): LoadResult {
  const nothing = { errors: 0, elapsedMs: 1_000, chunks: 0, late: 0, merged: 0, lost: 0 };
  return { requests: 1_000, answerMs: {}, firstTokenMs: {}, chunkMs: {}, ...nothing, ...figures };
}

describe('the summary of', () => {
  it('latency tells what is added to asking directly, as multiples of what the floor adds', () => {
    const sample = (label: string, p50: number) => ({
      label,
      round: 0,
      whole: loadOf({ answerMs: { p50, p99: 2 * p50 } }),
      streamed: loadOf({ firstTokenMs: { p50, p99: 3 * p50 } }),
    });
    const [direct, floor, split] = summariseLatency([sample('direct', 1), sample('floor', 2), sample('split', 4)]);
    expect(direct).toMatchObject({ 'p50 ms': 1, 'p50 added': null, 'p50 of floor': null });
    expect(floor).toMatchObject({ 'p50 added': 1, 'p50 of floor': 1, 'p99 added': 2 });
    expect(split).toMatchObject({ 'p50 added': 3, 'p50 of floor': 3, 'TTFT p99 ms': 12, 'TTFT p99 added': 9 });
  });

  it('latency judges split with all policies', () => {
    const row = { subject: 'split, policy', 'p50 of floor': 1.5, 'p99 of floor': 4, 'TTFT p99 added': 2 };
    const verdicts = verdictsOf(latencyBounds([{ subject: 'split', 'p50 of floor': 9 }, row]));
    expect(verdicts.map(({ met }) => met)).toEqual([true, false, false]);
    expect(verdictsOf(latencyBounds([]))).toEqual([]);
  });

  it('latency leaves out what there is nothing to compare with', () => {
    const whole = loadOf({ answerMs: { p50: 1, p99: 2 } });
    const [only] = summariseLatency([{ label: 'split', round: 0, whole, streamed: whole }]);
    expect(only).toMatchObject({ 'p50 ms': 1, 'p50 added': null, 'p50 of floor': null });
  });

  it('streams is each subject’s middle round, beside the floor’s', () => {
    const attempts = (...counts: number[]) =>
      counts.map((streams) => ({ streams, result: undefined, isMachines: streams < 100 }));
    const rows = summariseStreams([
      { label: 'floor', attempts: attempts(300, 100, 200) },
      { label: 'split', attempts: attempts(50, 120, 130) },
    ]);
    expect(rows).toMatchObject([
      { streams: 200, 'of floor': 1 },
      { streams: 120, 'of floor': 0.6, rounds: '50 120 130', 'bounded by': null },
    ]);
    const [missed] = streamsBounds([...rows.slice(0, 1), { ...rows[1], 'of floor': 0.3, 'bounded by': 'the machine' }]);
    expect(missed).toMatchObject({ type: 'at least', bound: 0.6, reached: 0.3, doubt: 'bounded by the machine' });
  });

  it.each([
    [{ chunks: 5_000, late: 3, merged: 2 }, true],
    [{ chunks: 5_000, late: 4, merged: 2 }, false],
    [{ chunks: 5_000, lost: 1 }, false],
    [{ chunks: 5_000, errors: 1 }, false],
  ])('streams with %j: held is %s', (figures, held) => {
    expect(isHeld(loadOf(figures))).toBe(held);
  });

  it('scale compares with the small installation round by round', () => {
    const measured = (...cpuMs: number[]) =>
      cpuMs.map((one) => ({
        cpuMs: one,
        cpuMsByProcess: {},
        rssMb: 100,
        load: loadOf({ answerMs: { p50: 1, p99: 2 } }),
      }));
    expect(
      summariseScale([
        { label: 'small', measurements: measured(100, 200, 300) },
        { label: 'large', measurements: measured(110, 220, 300) },
      ]),
    ).toMatchObject([
      { 'CPU µs': 200, 'of small': 1 },
      { 'CPU µs': 220, 'of small': 1.1, errors: 0 },
    ]);
  });

  it('the knee tells the latency well below it', () => {
    const kept = [125, 188, 282].map((perSecond) => ({
      perSecond,
      result: loadOf({ answerMs: { p50: perSecond / 100, p99: perSecond / 10 } }),
    }));
    expect(kneeRow('split', [kept])).toEqual({
      subject: 'split',
      'knee a second': 282,
      'p50 ms at the knee': 2.82,
      'p50 ms below half of it': 1.25,
      'p99 ms below half of it': 12.5,
      rounds: '282',
    });
    expect(kneeRow('none', [[]])).toMatchObject({ 'knee a second': 0, 'p50 ms at the knee': null });
  });

  it('anything is a table with its columns’ names', () => {
    expect(formatReport([{ subject: 'floor', 'p50 ms': 1.234, errors: null }]).split('\n')).toEqual([
      'subject  p50 ms  errors',
      'floor      1.23       -',
    ]);
  });
});
