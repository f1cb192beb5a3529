import * as fc from 'fast-check';

import { HistogramSeries } from './histogram-series.js';
import { quantile } from './quantile.js';

const BOUNDS = [1, 2, 4, 8];

function histogramOf(values: readonly number[]): HistogramSeries {
  const series = new HistogramSeries(BOUNDS);
  for (const value of values) series.observe(value);
  return series;
}

/** The bounds of the bucket that a value falls into. */
function bucketOf(value: number): readonly [number, number] {
  const upper = BOUNDS.find((bound) => value <= bound);
  if (upper === undefined) return [8, 8];
  return [BOUNDS[BOUNDS.indexOf(upper) - 1] ?? 0, upper];
}

describe('quantile', () => {
  it('knows nothing where nothing was observed', () => {
    expect(quantile([], 0.5)).toBeUndefined();
    expect(quantile([histogramOf([])], 0.5)).toBeUndefined();
  });

  it('lies in the bucket of the value that it stands for, in however many histograms the values are', () => {
    const values = fc.array(fc.double({ min: 0, max: 20, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(values, values, fc.constantFrom(0.5, 0.95, 1), (some, others, share) => {
        const sorted = [...some, ...others].toSorted((left, right) => left - right);
        const exact = sorted[Math.ceil(sorted.length * share) - 1] ?? 0;
        const [lower, upper] = bucketOf(exact);
        const estimate = quantile([histogramOf(some), histogramOf(others)], share) ?? -1;
        expect(estimate).toBeGreaterThanOrEqual(lower);
        expect(estimate).toBeLessThanOrEqual(upper);
      }),
    );
  });
});
