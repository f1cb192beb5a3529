import { formatFamily } from './exposition.js';
import { Family, type FamilyFacts } from './family.js';
import { GaugeFamily } from './gauge-family.js';
import { HistogramSeries } from './histogram-series.js';
import { NumberSeries } from './number-series.js';

type AnyFamily = Family<readonly string[], NumberSeries | HistogramSeries>;

/**
 * Metrics as plain numbers in memory: recording is a few look-ups in maps. The metrics SDK of OpenTelemetry makes and
 * sorts an object of labels for every value, which took 1.6 µs each where this takes a tenth of it. (docs/metrics.md)
 */
export class MetricRegistry {
  readonly families: AnyFamily[] = [];

  constructor(private readonly maxSeries: number) {}

  counter<const Names extends readonly string[]>(facts: FamilyFacts<Names>): Family<Names, NumberSeries> {
    const { maxSeries } = this;
    return this.#add(new Family(facts, { type: 'counter', maxSeries, create: () => new NumberSeries() }));
  }

  gauge<const Names extends readonly string[]>(facts: FamilyFacts<Names>): GaugeFamily<Names> {
    return this.#add(new GaugeFamily(facts, this.maxSeries));
  }

  /** `bounds` are the upper ends of the buckets, ascending. */
  histogram<const Names extends readonly string[]>(
    facts: FamilyFacts<Names> & { readonly bounds: readonly number[] },
  ): Family<Names, HistogramSeries> {
    const { maxSeries } = this;
    return this.#add(
      new Family(facts, { type: 'histogram', maxSeries, create: () => new HistogramSeries(facts.bounds) }),
    );
  }

  /** Everything recorded so far, as Prometheus reads it. */
  text(): string {
    return this.families.map(formatFamily).join('');
  }

  #add<Added extends AnyFamily>(family: Added): Added {
    this.families.push(family);
    return family;
  }
}
