const BUCKET_MS = 200;
const BUCKETS = 256;

export interface Sent {
  readonly requests: number;
  readonly tokens: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

export interface TokenEstimate {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** What was sent to one scope in the last 51 seconds, to a fifth of a second. */
export class RecentSends {
  private requests = 0;
  private inputTokens = 0;
  private outputTokens = 0;
  /** The newest bucket, counted from 1970. */
  private newest = 0;
  // The totals as each bucket began, so that a difference needs no adding up.
  private readonly requestsBefore = new Float64Array(BUCKETS);
  private readonly inputBefore = new Float64Array(BUCKETS);
  private readonly outputBefore = new Float64Array(BUCKETS);

  add({ inputTokens, outputTokens }: TokenEstimate, nowMs: number): void {
    this.advance(Math.floor(nowMs / BUCKET_MS));
    this.requests += 1;
    this.inputTokens += inputTokens;
    this.outputTokens += outputTokens;
  }

  /** What was sent after a moment, with the whole of the fifth of a second that it falls into. */
  since(sinceMs: number): Sent {
    const bucket = Math.max(Math.floor(sinceMs / BUCKET_MS), this.newest - BUCKETS + 1);
    const at = bucket % BUCKETS;
    const isQuiet = bucket > this.newest;
    const inputTokens = isQuiet ? 0 : this.inputTokens - (this.inputBefore[at] ?? 0);
    const outputTokens = isQuiet ? 0 : this.outputTokens - (this.outputBefore[at] ?? 0);
    const requests = isQuiet ? 0 : this.requests - (this.requestsBefore[at] ?? 0);
    return { requests, tokens: inputTokens + outputTokens, inputTokens, outputTokens };
  }

  private advance(bucket: number): void {
    const first = Math.max(this.newest + 1, bucket - BUCKETS + 1);
    for (let next = first; next <= bucket; next += 1) {
      const at = next % BUCKETS;
      this.requestsBefore[at] = this.requests;
      this.inputBefore[at] = this.inputTokens;
      this.outputBefore[at] = this.outputTokens;
    }
    this.newest = Math.max(this.newest, bucket);
  }
}
