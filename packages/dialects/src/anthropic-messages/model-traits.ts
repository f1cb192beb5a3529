/** What a model accepts that others refuse. */
export interface ModelTraits {
  /**
   * How thinking is asked for: by a token budget, by an effort (`adaptive`), or either way.
   * Names we cannot read count as `budget`, the oldest form, which the vendors that imitate this dialect take.
   */
  readonly thinking: 'budget' | 'either' | 'adaptive';
  /** Whether `thinking: {type: 'disabled'}` is an error. */
  readonly alwaysThinks: boolean;
  /** `xhigh` came later than `max`. */
  readonly takesXhigh: boolean;
  readonly sampling: 'free' | 'temperature-or-top-p' | 'none';
  /** The `max_tokens` of a request that names none; undefined for a name we cannot read. */
  readonly maxOutputTokens: number | undefined;
}

/**
 * What an agent needs to write a file at once, and what Claude Code asks for. All models that can think allow it; more would
 * take from the prompt, since both must fit into the context window. (Models overview; Context windows)
 */
export const AMPLE_OUTPUT_TOKENS = 32_000;

/**
 * Reads the traits off a Claude model's name, whatever stands before it (`anthropic/`, `us.anthropic.`).
 * 4.6 brought adaptive thinking beside budgets; 4.7 removed budgets and the sampling parameters and brought `xhigh`; Fable
 * and Mythos cannot stop thinking; since Opus 4.1 and Sonnet 4.5 `temperature` and `top_p` exclude each other.
 * (Claude platform documentation: adaptive thinking, effort, migration guide)
 */
export function modelTraits(model: string): ModelTraits {
  const alwaysThinks = /claude-(?:fable|mythos)/.test(model);
  const version = claudeVersion(model);
  if (alwaysThinks || version >= 407) {
    return {
      thinking: 'adaptive',
      alwaysThinks,
      takesXhigh: true,
      sampling: 'none',
      maxOutputTokens: AMPLE_OUTPUT_TOKENS,
    };
  }
  return {
    thinking: version >= 406 ? 'either' : 'budget',
    alwaysThinks: false,
    takesXhigh: false,
    sampling: version >= 401 ? 'temperature-or-top-p' : 'free',
    maxOutputTokens: outputTokens(version),
  };
}

/** Before 3.7 came thinking, a model's ceiling was 8192, or for the first of the third generation 4096. (Models overview) */
function outputTokens(version: number): number | undefined {
  if (version === 0) return undefined;
  if (version >= 307) return AMPLE_OUTPUT_TOKENS;
  return version >= 305 ? 8192 : 4096;
}

/** `claude-opus-4-6` and `claude-4.6-opus` are 406; 0 for other names. A date after the version is no part of it. */
function claudeVersion(model: string): number {
  const match =
    /claude-(?:opus|sonnet|haiku)-(\d{1,2})(?:[-.](\d{1,2}))?(?!\d)/.exec(model) ??
    /claude-(\d{1,2})(?:[-.](\d{1,2}))?-(?:opus|sonnet|haiku)/.exec(model);
  return match === null ? 0 : Number(match[1]) * 100 + Number(match[2] ?? 0);
}
