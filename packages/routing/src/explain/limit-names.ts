import { ceilingsFor } from '../limits/ceilings-for.js';
import type { BudgetWindow, Ceilings, Limits } from '../snapshot/limits.js';

/** The ceilings that a request counts against, by name; the first pattern that a model fits holds for it. */
export function limitNames(scope: string, limits: Limits | undefined, model: string): readonly string[] {
  return ceilingsFor(scope, limits, model).flatMap((one) => ceilingNames(one.scope, one.ceilings));
}

function ceilingNames(scope: string, ceilings: Ceilings): readonly string[] {
  return [
    ...(ceilings.requestsPerMinute === undefined ? [] : ['requests-per-minute']),
    ...(ceilings.tokensPerMinute === undefined ? [] : ['tokens-per-minute']),
    ...(ceilings.concurrent === undefined ? [] : ['concurrent']),
    ...(ceilings.budgets ?? []).map(
      ({ unit, window }) => `${unit === 'tokens' ? 'tokens' : 'usd'} per ${spanOf(window)}`,
    ),
  ].map((name) => `${scope} ${name}`);
}

function spanOf(window: BudgetWindow): string {
  return window.type === 'calendar' ? window.unit : `${window.ms / 1_000} s`;
}
