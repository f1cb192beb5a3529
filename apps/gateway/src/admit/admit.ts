import { costMicros, type Estimate, type Resolution, type RoutingIndex } from '@switchyard/routing';
import type { Amounts, LimitRule, Verdict } from '@switchyard/shared-state';

import type { RequestContext } from '../accept/request-context.js';
import type { Caller } from '../authenticate/authenticate.js';
import type { GatewayState } from '../state/gateway-state.js';
import { limitError } from './limit-error.js';
import { limitRules, longestWaitMs } from './limit-rules.js';

export interface AdmitJob {
  readonly context: RequestContext;
  readonly caller: Caller;
  readonly index: RoutingIndex;
  readonly resolution: Resolution;
  readonly estimate: Estimate;
  readonly state: GatewayState;
}

/**
 * Holds a request against its limits: at once where it has none or there is leased room for it, else with one round trip for
 * all of them. What it is granted stands in the context, for `meter` to give back.
 *
 * @throws GatewayError `rate_limited`, `concurrency_limited` or `budget_exhausted`; nothing is charged then.
 */
export function admit(job: AdmitJob): Promise<void> | undefined {
  const { context, caller, index, resolution, state } = job;
  const rules = limitRules({ caller, settings: index.settings, model: resolution.model });
  if (rules.length === 0) return undefined;
  const amounts = amountsOf(job, rules);
  const { requestId, signal } = context;
  const admission = { requestId, tenantId: caller.view.tenant.id, rules, estimate: amounts };
  const maxWaitMs = longestWaitMs({ caller, settings: index.settings });
  const verdict =
    maxWaitMs === 0
      ? state.shared.limiter.admit(admission)
      : state.queue.admitOrWait(admission, { maxWaitMs, signal: signal.abortSignal });
  if (verdict instanceof Promise) return verdict.then((late) => take(context, late, amounts));
  take(context, verdict, amounts);
  return undefined;
}

function take(context: RequestContext, verdict: Verdict, amounts: Amounts): void {
  context.standings = verdict.standings;
  if (verdict.type === 'rejected') throw limitError(verdict, amounts);
  context.grant = verdict.grant;
}

function amountsOf({ resolution, estimate, index, state }: AdmitJob, rules: readonly LimitRule[]): Amounts {
  const { inputTokens, outputTokens } = estimate;
  const tokens = inputTokens + outputTokens;
  if (!rules.some(({ measure }) => measure === 'usd-micros')) return { tokens, usdMicros: 0 };
  const { prices } = state.routing(index);
  const usage = { inputUncached: inputTokens, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: outputTokens };
  // Nobody knows yet which of them answers: what any of them may cost is held back.
  let usdMicros = 0;
  for (const price of prices.pricesAmong(resolution)) usdMicros = Math.max(usdMicros, costMicros(price, usage));
  return { tokens, usdMicros };
}
