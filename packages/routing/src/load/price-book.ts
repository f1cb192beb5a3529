import { matchesPattern } from '../names/pattern.js';
import type { Candidate } from '../resolve/candidate.js';
import type { Resolution } from '../resolve/resolve.js';
import type { Price } from '../snapshot/policies.js';

const MOST_MODELS = 4_096;

/** What upstream models cost, by the first price of the configuration that speaks of them. */
export class PriceBook {
  /** By provider and model; null where nobody said. */
  private readonly found = new Map<string, Map<string, Price | null>>();
  private size = 0;
  /** A resolution is the same object for all requests of a name. */
  private readonly among = new WeakMap<Resolution, readonly Price[]>();

  constructor(private readonly prices: readonly Price[] = []) {}

  /** Undefined where nobody said. */
  priceOf({ credential: { provider }, model }: Pick<Candidate, 'credential' | 'model'>): Price | undefined {
    if (this.prices.length === 0) return undefined;
    const known = this.found.get(provider)?.get(model);
    return known === undefined ? this.find(provider, model) : (known ?? undefined);
  }

  /** What those cost that a name may be answered by: each price once, however many share it. */
  pricesAmong(resolution: Resolution): readonly Price[] {
    const known = this.among.get(resolution);
    if (known !== undefined) return known;
    const candidates = resolution.targets.flatMap((target) => target.candidates);
    const prices = [...new Set(candidates.map((candidate) => this.priceOf(candidate)))];
    const told = prices.filter((price) => price !== undefined);
    this.among.set(resolution, told);
    return told;
  }

  private find(provider: string, model: string): Price | undefined {
    const price = this.prices.find(
      (one) => (one.provider === undefined || one.provider === provider) && matchesPattern(one.model, model),
    );
    if (this.size >= MOST_MODELS) {
      this.found.clear();
      this.size = 0;
    }
    const ofProvider = this.found.get(provider) ?? new Map<string, Price | null>();
    ofProvider.set(model, price ?? null);
    this.found.set(provider, ofProvider);
    this.size += 1;
    return price;
  }
}
