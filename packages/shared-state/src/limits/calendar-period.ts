import type { BudgetWindow } from '@switchyard/routing';

export interface Period {
  readonly fromMs: number;
  readonly toMs: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const WEEK_MS = 7 * DAY_MS;
// The first Monday after 1970-01-01, which was a Thursday.
const MONDAY_MS = 4 * DAY_MS;

/** The minute, hour, day, week (from Monday) or month in UTC that holds a moment, in milliseconds since 1970. */
export function calendarPeriod(unit: Extract<BudgetWindow, { type: 'calendar' }>['unit'], atMs: number): Period {
  switch (unit) {
    case 'minute':
      return span(MINUTE_MS, atMs, 0);
    case 'hour':
      return span(HOUR_MS, atMs, 0);
    case 'day':
      return span(DAY_MS, atMs, 0);
    case 'week':
      return span(WEEK_MS, atMs, MONDAY_MS);
    case 'month': {
      const date = new Date(atMs);
      const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
      return { fromMs: Date.UTC(year, month), toMs: Date.UTC(year, month + 1) };
    }
  }
}

function span(lengthMs: number, atMs: number, originMs: number): Period {
  const fromMs = Math.floor((atMs - originMs) / lengthMs) * lengthMs + originMs;
  return { fromMs, toMs: fromMs + lengthMs };
}
