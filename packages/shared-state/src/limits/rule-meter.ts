import type { BudgetWindow } from '@switchyard/routing';

import type { Amounts, LimitRule } from './limiter.js';

type CalendarUnit = Extract<BudgetWindow, { type: 'calendar' }>['unit'];

/** How a rule is counted. `name` is the same for rules that share a count, whatever their limits are. */
export type Meter =
  | { readonly type: 'lease'; readonly name: string }
  | { readonly type: 'rolling'; readonly name: string; readonly measure: Measure; readonly spanMs: number }
  | { readonly type: 'calendar'; readonly name: string; readonly measure: Measure; readonly unit: CalendarUnit };

export type Measure = Exclude<LimitRule['measure'], 'concurrent'>;

const MINUTE: BudgetWindow = { type: 'rolling', ms: 60_000 };

const made = new WeakMap<readonly LimitRule[], readonly Meter[]>();

/** One for each rule; the same list for the same list of rules. */
export function metersOf(rules: readonly LimitRule[]): readonly Meter[] {
  const known = made.get(rules);
  if (known !== undefined) return known;
  const meters = rules.map(meterOf);
  made.set(rules, meters);
  return meters;
}

export function meterOf({ scope, measure, window = MINUTE }: LimitRule): Meter {
  if (measure === 'concurrent') return { type: 'lease', name: `${scope}:concurrent` };
  if (window.type === 'rolling') {
    return { type: 'rolling', name: `${scope}:${measure}:${window.ms}ms`, measure, spanMs: window.ms };
  }
  return { type: 'calendar', name: `${scope}:${measure}:${window.unit}`, measure, unit: window.unit };
}

/** What one request adds to a count. */
export function amountOf(measure: LimitRule['measure'], amounts: Amounts): number {
  if (measure === 'tokens') return amounts.tokens;
  return measure === 'usd-micros' ? amounts.usdMicros : 1;
}

/** What must be free for a request: at least one, so that a limit that is used up holds also where the estimate is nothing. */
export function neededBy(measure: LimitRule['measure'], amounts: Amounts): number {
  return Math.max(1, amountOf(measure, amounts));
}

/** Whole and not negative, as counts must be. Fractions of a millionth of a dollar count in full. */
export function wholeAmounts({ tokens, usdMicros }: Amounts): Amounts {
  return { tokens: whole(tokens), usdMicros: whole(usdMicros) };
}

function whole(amount: number): number {
  return Number.isFinite(amount) ? Math.min(Math.max(0, Math.ceil(amount)), Number.MAX_SAFE_INTEGER / 2 ** 10) : 0;
}
