// 10 ms to 10 minutes in steps of an eighth.
const FIRST_MS = 10;
const STEP = 1.125;
const BUCKETS = 96;
const MOST_NAMES = 4_096;
// Before that a percentile is a guess.
const FEWEST_SAMPLES = 20;
// Then everything counts half: the last thousand or two decide.
const MOST_SAMPLES = 2_048;

interface Histogram {
  readonly counts: Float64Array;
  total: number;
}

/** Times to first content by name, for knowing when an answer is late. */
export class FirstContentTimes {
  private readonly histograms = new Map<string, Histogram>();

  record(name: string, tookMs: number): void {
    const histogram = this.histogramOf(name);
    const bucket = bucketOf(tookMs);
    histogram.counts[bucket] = (histogram.counts[bucket] ?? 0) + 1;
    histogram.total += 1;
    if (histogram.total >= MOST_SAMPLES) halve(histogram);
  }

  /** The time that this share of the answers kept within, in milliseconds, rounded up to a step; undefined for too few. */
  percentile(name: string, share: number): number | undefined {
    const histogram = this.histograms.get(name);
    if (histogram === undefined || histogram.total < FEWEST_SAMPLES) return undefined;
    let left = histogram.total * share;
    for (const [bucket, count] of histogram.counts.entries()) {
      left -= count;
      if (left <= 0) return Math.round(FIRST_MS * STEP ** bucket);
    }
    return Math.round(FIRST_MS * STEP ** (BUCKETS - 1));
  }

  private histogramOf(name: string): Histogram {
    const known = this.histograms.get(name);
    if (known !== undefined) return known;
    const histogram = { counts: new Float64Array(BUCKETS), total: 0 };
    this.histograms.set(name, histogram);
    if (this.histograms.size > MOST_NAMES) {
      const [oldest] = this.histograms.keys();
      if (oldest !== undefined) this.histograms.delete(oldest);
    }
    return histogram;
  }
}

function bucketOf(tookMs: number): number {
  if (tookMs <= FIRST_MS) return 0;
  return Math.min(BUCKETS - 1, Math.ceil(Math.log(tookMs / FIRST_MS) / Math.log(STEP)));
}

function halve(histogram: Histogram): void {
  histogram.total = 0;
  for (const [bucket, count] of histogram.counts.entries()) {
    histogram.counts[bucket] = count / 2;
    histogram.total += count / 2;
  }
}
