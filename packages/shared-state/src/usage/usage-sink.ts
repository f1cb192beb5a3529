/** What one request used; written once for each, however it ended. No key, prompt or answer. */
export interface UsageRecord {
  readonly requestId: string;
  /** Milliseconds since 1970 when the request came. */
  readonly atMs: number;
  readonly tenantId: string;
  readonly keyId: string;
  /** As requested, without a thinking suffix. */
  readonly model: string;
  readonly provider?: string | undefined;
  readonly credentialId?: string | undefined;
  readonly upstreamModel?: string | undefined;
  readonly operation: string;
  readonly status: number;
  readonly errorCode?: string | undefined;
  readonly attempts: number;
  readonly inputUncached: number;
  readonly cacheRead: number;
  readonly cacheWrite5m: number;
  readonly cacheWrite1h: number;
  readonly output: number;
  readonly reasoning: number;
  /** Whether the amounts are the provider's own, or estimated because it told none. */
  readonly isEstimated: boolean;
  readonly usdMicros: number;
  readonly durationMs: number;
}

/** Where usage records go. Written in batches behind the requests' backs; on disk while Redis is away. */
export interface UsageSink {
  write(record: UsageRecord): void;
  /** Records waiting in memory or on disk. */
  readonly pending: number;
  /** Records that were given up for want of room. */
  readonly dropped: number;
  /** Writes what waits, as far as it can. */
  close(): Promise<void>;
}
