import type { BudgetWindow } from '@switchyard/routing';

import { calendarPeriod, type Period } from './calendar-period.js';
import type { CountingWindow } from './counting-window.js';

/** Counts a calendar's minute, hour, day, week or month, and begins anew with the next. */
export class CalendarWindow implements CountingWindow {
  readonly #unit: Extract<BudgetWindow, { type: 'calendar' }>['unit'];
  #period: Period = { fromMs: -Infinity, toMs: -Infinity };
  #sum = 0;

  constructor(unit: Extract<BudgetWindow, { type: 'calendar' }>['unit']) {
    this.#unit = unit;
  }

  used(nowMs: number): number {
    if (this.#period.toMs <= nowMs) {
      this.#period = calendarPeriod(this.#unit, nowMs);
      this.#sum = 0;
    }
    return this.#sum;
  }

  add(amount: number, atMs: number, nowMs: number): void {
    this.used(nowMs);
    if (atMs >= this.#period.fromMs) this.#sum += amount;
  }

  resetsAtMs(nowMs: number): number {
    return this.used(nowMs) === 0 ? nowMs : this.#period.toMs;
  }

  freesAtMs(_amount: number, nowMs: number): number {
    this.used(nowMs);
    return this.#period.toMs;
  }
}
