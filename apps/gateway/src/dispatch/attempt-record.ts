import type { ErrorCode, Usage } from '@switchyard/canonical';
import type { AttemptEnd } from '@switchyard/wire';

/** One attempt, for the books. */
export interface AttemptRecord {
  readonly provider: string;
  readonly credential: string;
  readonly model: string;
  readonly outcome: AttemptEnd['outcome'];
  readonly errorCode?: ErrorCode | undefined;
  readonly upstreamStatus?: number | undefined;
  readonly durationMs: number;
  /** The part of it spent waiting for the upstream. */
  readonly waitedMs: number;
  /** What it used, where anybody said. */
  readonly usage?: Usage | undefined;
  readonly isUsageEstimated?: boolean | undefined;
  /** What that cost, in millionths of a dollar; undefined where nobody knows a price. */
  readonly costMicros?: number | undefined;
}
