import { worthAnotherRound } from '@switchyard/routing';
import type { AttemptEnd } from '@switchyard/wire';

export interface Recovery {
  /** When the first of the candidates that failed is asked again, in milliseconds since 1970; undefined: now. */
  readonly recoversAtMs: number | undefined;
  readonly nowMs: number;
}

/** A failure that passes by itself, with the wait until a candidate is asked again where the upstream asked for none. */
export function withRecovery(end: AttemptEnd, { recoversAtMs, nowMs }: Recovery): AttemptEnd {
  const { error } = end;
  if (error === undefined || error.retryAfterMs !== undefined || recoversAtMs === undefined) return end;
  if (!worthAnotherRound(error.code)) return end;
  return { ...end, error: { ...error, retryAfterMs: Math.max(1, recoversAtMs - nowMs) } };
}
