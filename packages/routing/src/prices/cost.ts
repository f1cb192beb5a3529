import type { Usage } from '@switchyard/canonical';

import type { Price } from '../snapshot/policies.js';

/** The buckets of a usage that have prices. */
export type PricedUsage = Pick<Usage, 'inputUncached' | 'cacheRead' | 'cacheWrite5m' | 'cacheWrite1h' | 'output'>;

/**
 * What a usage costs, in millionths of a dollar. The buckets are disjoint, so each is counted once. Where a price list
 * does not tell what cached tokens cost, they cost what other input does.
 */
export function costMicros(price: Price, usage: PricedUsage): number {
  const { input, output, cacheRead = input, cacheWrite5m = input, cacheWrite1h = cacheWrite5m } = price;
  const millionfold =
    usage.inputUncached * input +
    usage.cacheRead * cacheRead +
    usage.cacheWrite5m * cacheWrite5m +
    usage.cacheWrite1h * cacheWrite1h +
    usage.output * output;
  return Math.ceil(millionfold / 1_000_000);
}
