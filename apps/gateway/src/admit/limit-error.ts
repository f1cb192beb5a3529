import { GatewayError, type ErrorCode } from '@switchyard/canonical';
import type { LimitRule, Verdict } from '@switchyard/shared-state';

const CODES = {
  requests: 'rate_limited',
  tokens: 'rate_limited',
  concurrent: 'concurrency_limited',
  'usd-micros': 'budget_exhausted',
} as const satisfies Record<LimitRule['measure'], ErrorCode>;

/** The error for a request over a limit: which, whose, and when the same request will fit. */
export function limitError({ rule, retryAfterMs }: Extract<Verdict, { type: 'rejected' }>): GatewayError {
  return new GatewayError(codeOf(rule), `${describe(rule)} is reached: ${remedy(rule, retryAfterMs)}`, {
    retryAfterMs,
  });
}

/** Tokens over anything longer than a minute are a budget. */
function codeOf({ measure, window }: LimitRule): ErrorCode {
  const isBudget = measure === 'tokens' && !(window?.type === 'rolling' && window.ms === 60_000);
  return isBudget ? 'budget_exhausted' : CODES[measure];
}

function describe({ scope, measure, limit, window }: LimitRule): string {
  const whose = scope.startsWith('tenant:') ? "the tenant's" : "the key's";
  const model = /:model:(.+)$/.exec(scope)?.[1];
  const of = model === undefined ? '' : ` for models like ${model}`;
  switch (measure) {
    case 'concurrent':
      return `${whose} limit of ${limit} requests at once${of}`;
    case 'usd-micros':
      return `${whose} budget of $${limit / 1_000_000} ${periodOf(window)}${of}`;
    default:
      return `${whose} limit of ${limit} ${measure} ${periodOf(window)}${of}`;
  }
}

function periodOf(window: LimitRule['window']): string {
  if (window === undefined) return 'at once';
  if (window.type === 'calendar') return `a ${window.unit}`;
  if (window.ms === 60_000) return 'a minute';
  return `in any ${Math.round(window.ms / 1_000)} s`;
}

function remedy({ measure }: LimitRule, retryAfterMs: number): string {
  if (measure === 'concurrent') return 'wait until one of them ends';
  return `retry in ${Math.ceil(retryAfterMs / 1_000)} s`;
}
