/** How many values fell into each bucket, and their sum. */
export class HistogramSeries {
  sum = 0;
  count = 0;
  /** Per bucket, not cumulated; the last one is what is above every bound. */
  readonly buckets: Float64Array;

  constructor(readonly bounds: readonly number[]) {
    this.buckets = new Float64Array(bounds.length + 1);
  }

  observe(value: number): void {
    const { bounds, buckets } = this;
    let bucket = 0;
    while (bucket < bounds.length && value > (bounds[bucket] ?? 0)) bucket += 1;
    buckets[bucket] = (buckets[bucket] ?? 0) + 1;
    this.sum += value;
    this.count += 1;
  }
}
