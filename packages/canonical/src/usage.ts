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

/** What two calls used together. `raw` is of one call and stays out. */
export function addUsage(one: Usage, other: Usage): Usage {
  const sum = (a: number | undefined, b: number | undefined) =>
    a === undefined && b === undefined ? undefined : (a ?? 0) + (b ?? 0);
  return {
    inputUncached: one.inputUncached + other.inputUncached,
    cacheRead: one.cacheRead + other.cacheRead,
    cacheWrite5m: one.cacheWrite5m + other.cacheWrite5m,
    cacheWrite1h: one.cacheWrite1h + other.cacheWrite1h,
    output: one.output + other.output,
    reasoning: sum(one.reasoning, other.reasoning),
    audioInput: sum(one.audioInput, other.audioInput),
    audioOutput: sum(one.audioOutput, other.audioOutput),
  };
}

/** All input tokens, cached or not. */
export function totalInput(usage: Usage): number {
  return usage.inputUncached + usage.cacheRead + usage.cacheWrite5m + usage.cacheWrite1h;
}
