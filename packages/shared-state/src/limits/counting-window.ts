/** Counts what happened within a span of time. All times are milliseconds since 1970. */
export interface CountingWindow {
  /** What counts now. */
  used(nowMs: number): number;
  /** Counts what happened at `atMs`, if that still counts; a negative amount takes back what was counted then. */
  add(amount: number, atMs: number, nowMs: number): void;
  /** When the first of what counts now will count no longer; `nowMs` where nothing counts. */
  resetsAtMs(nowMs: number): number;
  /** When at least `amount` of what counts now will count no longer. */
  freesAtMs(amount: number, nowMs: number): number;
}
