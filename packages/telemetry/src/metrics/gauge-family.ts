import { Family, type FamilyFacts, type Reading } from './family.js';
import { NumberSeries } from './number-series.js';

/** A metric that tells how things stand: set as they change, or read when somebody asks. */
export class GaugeFamily<Names extends readonly string[]> extends Family<Names, NumberSeries> {
  readonly #readers: (() => Iterable<Reading<Names>>)[] = [];

  constructor(facts: FamilyFacts<Names>, maxSeries: number) {
    super(facts, { type: 'gauge', maxSeries, create: () => new NumberSeries() });
  }

  /** From now on the metric is what its readers tell at every scrape, and no more what was set. */
  observe(read: () => Iterable<Reading<Names>>): void {
    this.#readers.push(read);
  }

  override *entries(): Generator<readonly [values: readonly string[], series: NumberSeries]> {
    if (this.#readers.length > 0) this.clear();
    for (const read of this.#readers) {
      for (const [value, ...labels] of read()) this.with(...labels).set(value);
    }
    yield* super.entries();
  }
}
