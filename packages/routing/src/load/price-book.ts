import { matchesPattern } from '../names/pattern.js';
import type { Candidate } from '../resolve/candidate.js';
import type { Price } from '../snapshot/policies.js';

const MOST_MODELS = 4_096;

/** What upstream models cost, by the first price of the configuration that speaks of them. */
export class PriceBook {
  private readonly found = new Map<string, Price | undefined>();

  constructor(private readonly prices: readonly Price[] = []) {}

  /** Undefined where nobody said. */
  priceOf({ credential: { provider }, model }: Pick<Candidate, 'credential' | 'model'>): Price | undefined {
    if (this.prices.length === 0) return undefined;
    const key = `${provider}/${model}`;
    if (this.found.has(key)) return this.found.get(key);
    const price = this.prices.find(
      (one) => (one.provider === undefined || one.provider === provider) && matchesPattern(one.model, model),
    );
    if (this.found.size >= MOST_MODELS) this.found.clear();
    this.found.set(key, price);
    return price;
  }
}
