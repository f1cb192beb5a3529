import type { Family } from './family.js';
import { HistogramSeries } from './histogram-series.js';
import type { NumberSeries } from './number-series.js';

/** (Prometheus, "Exposition formats", text-based format 0.0.4.) */
export const METRICS_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

interface Formattable extends Pick<Family<readonly string[], unknown>, 'name' | 'help' | 'type' | 'labels'> {
  entries(): Iterable<readonly [values: readonly string[], series: NumberSeries | HistogramSeries]>;
}

/** A metric and its series, as Prometheus reads them. */
export function formatFamily(family: Formattable): string {
  const { name, help, type, labels } = family;
  const lines = [`# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`, `# TYPE ${name} ${type}`];
  for (const [values, series] of family.entries()) {
    const pairs = labels.map((label, place) => `${label}="${escapeValue(values[place] ?? '')}"`);
    if (series instanceof HistogramSeries) lines.push(...histogramLines(name, pairs, series));
    else lines.push(`${name}${inBraces(pairs)} ${series.value}`);
  }
  return `${lines.join('\n')}\n`;
}

function histogramLines(name: string, pairs: readonly string[], series: HistogramSeries): string[] {
  let below = 0;
  const bucketLines = series.bounds.map((bound, place) => {
    below += series.buckets[place] ?? 0;
    return `${name}_bucket${inBraces([...pairs, `le="${bound}"`])} ${below}`;
  });
  return [
    ...bucketLines,
    `${name}_bucket${inBraces([...pairs, 'le="+Inf"'])} ${series.count}`,
    `${name}_sum${inBraces(pairs)} ${series.sum}`,
    `${name}_count${inBraces(pairs)} ${series.count}`,
  ];
}

function inBraces(pairs: readonly string[]): string {
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escapeValue(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
