import type { Admission, Amounts, Grant, LimitRule, RuleStanding, Verdict } from './limiter.js';
import { metersOf, wholeAmounts, type Meter } from './rule-meter.js';

/** An admission as it is counted. */
export interface Reservation {
  /** Unique among all admissions of all replicas. */
  readonly id: string;
  readonly tenantId: string;
  readonly rules: readonly LimitRule[];
  /** One for each rule. */
  readonly meters: readonly Meter[];
  readonly estimate: Amounts;
}

/** How one rule stands: what is used of it, and in how many milliseconds less will be. */
export interface Standing {
  readonly used: number;
  readonly resetMs: number;
}

export interface Decision {
  /** The index of the rule that takes longest to give way, where the request was not admitted. */
  readonly over: { readonly rule: number; readonly retryAfterMs: number } | undefined;
  /** One for each rule. */
  readonly standings: readonly Standing[];
  /** For so many milliseconds replicas may hold leased room that would let a refused request in. Absent or 0: there is none. */
  readonly leasedMs?: number;
}

/** What a settled request is counted as. `requests` is 0 for one that never took place. */
export interface Settlement extends Amounts {
  readonly requests: 0 | 1;
}

/** A request that no limit can ever hold. */
export const NEVER_FITS = Infinity;

export function reserve(admission: Admission, id: string): Reservation {
  const { tenantId, rules, estimate } = admission;
  return { id, tenantId, rules, meters: metersOf(rules), estimate: wholeAmounts(estimate) };
}

/** Undefined: the truth is not known, and the estimate stands. */
export function toSettlement(actual: Amounts | undefined): Settlement | undefined {
  return actual && { requests: 1, ...wholeAmounts(actual) };
}

export function toVerdict({ rules }: Reservation, decision: Decision, grant: Grant): Verdict {
  const standings = toStandings(rules, decision.standings);
  const rule = decision.over === undefined ? undefined : rules[decision.over.rule];
  if (decision.over === undefined || rule === undefined) return { type: 'admitted', standings, grant };
  if (decision.over.retryAfterMs === NEVER_FITS) {
    return { type: 'rejected', rule, reason: 'too-large', retryAfterMs: 0, standings };
  }
  return { type: 'rejected', rule, reason: 'used-up', retryAfterMs: decision.over.retryAfterMs, standings };
}

export function toStandings(rules: readonly LimitRule[], standings: readonly Standing[]): readonly RuleStanding[] {
  return standings.flatMap(({ used, resetMs }, index) => {
    const rule = rules[index];
    return rule === undefined ? [] : [{ rule, remaining: Math.max(0, rule.limit - used), resetMs }];
  });
}
