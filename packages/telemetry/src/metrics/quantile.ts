import type { HistogramSeries } from './histogram-series.js';

/**
 * The value that this share of everything in some histograms of the same bounds kept within, as exact as their buckets:
 * within a bucket its values are taken to lie evenly. Undefined where nothing was observed; what is above every bound
 * counts as the last. (Prometheus, `histogram_quantile`)
 */
export function quantile(histograms: readonly HistogramSeries[], share: number): number | undefined {
  const total = histograms.reduce((sum, { count }) => sum + count, 0);
  const bounds = histograms[0]?.bounds ?? [];
  if (total === 0) return undefined;
  const wanted = total * share;
  let below = 0;
  let lower = 0;
  for (const [place, upper] of bounds.entries()) {
    const here = histograms.reduce((sum, { buckets }) => sum + (buckets[place] ?? 0), 0);
    if (here > 0 && below + here >= wanted) return lower + ((upper - lower) * (wanted - below)) / here;
    below += here;
    lower = upper;
  }
  return lower;
}
