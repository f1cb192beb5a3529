/**
 * Tokens in disjoint buckets: every token is counted in exactly one of `inputUncached`, `cacheRead`,
 * `cacheWrite5m`, `cacheWrite1h` and `output`. `reasoning` is a part of `output`, not beside it.
 */
export interface Usage {
  readonly inputUncached: number;
  readonly cacheRead: number;
  readonly cacheWrite5m: number;
  readonly cacheWrite1h: number;
  readonly output: number;
  readonly reasoning?: number | undefined;
  /** Of the input buckets above, how many were audio, where the provider says. */
  readonly audioInput?: number | undefined;
  readonly audioOutput?: number | undefined;
  /** What the provider said, untouched. */
  readonly raw?: Readonly<Record<string, unknown>> | undefined;
}

/** All input tokens, cached or not. */
export function totalInput(usage: Usage): number {
  return usage.inputUncached + usage.cacheRead + usage.cacheWrite5m + usage.cacheWrite1h;
}
