/** What a provider's rate-limit headers say is left of one quota; times in milliseconds since 1970. */
export interface Quota {
  readonly remaining: number;
  readonly limit?: number | undefined;
  /** When `remaining` is `limit` again. */
  readonly resetAtMs?: number | undefined;
}

/** What is left of a scope's quotas, as of a moment. */
export interface Headroom {
  readonly requests?: Quota | undefined;
  readonly tokens?: Quota | undefined;
  readonly inputTokens?: Quota | undefined;
  readonly outputTokens?: Quota | undefined;
  readonly observedAtMs: number;
}
