import type { Percentiles } from './job.js';

/** Sorts the values in place. */
export function percentilesOf(values: number[]): Percentiles {
  values.sort((a, b) => a - b);
  return { p50: atShare(values, 0.5), p99: atShare(values, 0.99), max: values.at(-1) };
}

function atShare(sorted: readonly number[], share: number): number | undefined {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}
