import { GatewayError, type ErrorCode } from '@switchyard/canonical';
import { describeRejection, type Amounts, type LimitRule, type Verdict } from '@switchyard/shared-state';

/** The error for a request over a limit: which, and when the same request will fit. */
export function limitError(rejection: Extract<Verdict, { type: 'rejected' }>, estimate: Amounts): GatewayError {
  const { rule, reason, retryAfterMs } = rejection;
  // What is more than the whole limit fits no better later.
  const wait = reason === 'too-large' ? {} : { retryAfterMs };
  return new GatewayError(codeOf(rule), describeRejection(rejection, estimate), wait);
}

function codeOf({ measure, window }: LimitRule): ErrorCode {
  switch (measure) {
    case 'requests':
      return 'rate_limited';
    case 'tokens':
      return isMinute(window) ? 'rate_limited' : 'budget_exhausted';
    case 'concurrent':
      return 'concurrency_limited';
    case 'usd-micros':
      return 'budget_exhausted';
  }
}

/** Tokens over anything longer are a budget. */
function isMinute(window: LimitRule['window']): boolean {
  return window === undefined || (window.type === 'rolling' && window.ms === 60_000);
}
