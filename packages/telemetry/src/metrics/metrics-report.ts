import { createMetrics, type Metrics } from './create-metrics.js';
import { HistogramSeries } from './histogram-series.js';
import type { NumberSeries } from './number-series.js';

interface SeriesReport {
  /** Of the labels, in their order. */
  readonly values: readonly string[];
  /** Of a counter or gauge. */
  readonly value?: number;
  readonly histogram?: Pick<HistogramSeries, 'sum' | 'count'> & { readonly buckets: readonly number[] };
}

/** What a process has recorded, as it can be sent to another of the same release. */
export type MetricsReport = readonly { readonly name: string; readonly series: readonly SeriesReport[] }[];

export function reportMetrics({ families }: Metrics): MetricsReport {
  return families.map((family) => ({
    name: family.name,
    series: [...family.entries()].map(([values, series]) =>
      series instanceof HistogramSeries
        ? { values, histogram: { sum: series.sum, count: series.count, buckets: [...series.buckets] } }
        : { values, value: series.value },
    ),
  }));
}

/**
 * What several processes recorded, as if one had. Of those that are `gone` only what was counted stays: a sum that went
 * down would look like a restart of all of them.
 */
export function mergedMetrics({
  present,
  gone,
}: {
  readonly present: readonly MetricsReport[];
  readonly gone: readonly MetricsReport[];
}): Metrics {
  const metrics = createMetrics();
  const told = new Set<NumberSeries>();
  for (const report of present) absorb(metrics, report, { told, gauges: true });
  for (const report of gone) absorb(metrics, report, { told, gauges: false });
  return metrics;
}

interface Absorbing {
  /** Gauges that some process told already. */
  readonly told: Set<NumberSeries>;
  readonly gauges: boolean;
}

function absorb(metrics: Metrics, report: MetricsReport, { told, gauges }: Absorbing): void {
  const byName = new Map(report.map(({ name, series }) => [name, series]));
  for (const family of metrics.families) {
    if (family.type === 'gauge' && !gauges) continue;
    for (const { values, value = 0, histogram } of byName.get(family.name) ?? []) {
      const series = family.with(...values);
      if (series instanceof HistogramSeries) {
        if (histogram !== undefined) addHistogram(series, histogram);
      } else if (family.type === 'counter' || family.merge === 'sum') {
        series.add(value);
      } else {
        const largerOrSmaller = family.merge === 'largest' ? Math.max : Math.min;
        series.set(told.has(series) ? largerOrSmaller(series.value, value) : value);
        told.add(series);
      }
    }
  }
}

function addHistogram(series: HistogramSeries, { sum, count, buckets }: NonNullable<SeriesReport['histogram']>): void {
  series.sum += sum;
  series.count += count;
  for (const [place, amount] of buckets.entries()) series.buckets[place] = (series.buckets[place] ?? 0) + amount;
}
