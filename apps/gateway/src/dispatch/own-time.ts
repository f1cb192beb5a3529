import type { AttemptEnd } from '@switchyard/wire';

export interface AttemptTime {
  /** What the attempt was given, in milliseconds. */
  readonly totalMs: number;
  /** What the request had left when it began. */
  readonly leftMs: number;
}

/** An attempt that used up less than the request had left was too slow; the request is not over, and others may be faster. */
export function inOwnTime(end: AttemptEnd, { totalMs, leftMs }: AttemptTime): AttemptEnd {
  if (end.error?.code !== 'total_deadline' || totalMs >= Math.floor(leftMs)) return end;
  const { message, status } = end.error;
  return { ...end, error: { code: 'upstream_timeout', message, status } };
}
