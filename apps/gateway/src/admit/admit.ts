import { costMicros, type Candidate, type Estimate, type Resolution, type RoutingIndex } from '@switchyard/routing';
import type { Amounts, LimitRule } from '@switchyard/shared-state';

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
 * Holds a request against its limits, all in one round trip, and none where it has no limits: there is nothing to wait for then.
 * What it is granted stands in the context, for `meter` to give back.
 *
 * @throws GatewayError `rate_limited`, `concurrency_limited` or `budget_exhausted`; nothing is charged then.
 */
export function admit(job: AdmitJob): Promise<void> | undefined {
  const { caller, index, resolution } = job;
  const rules = limitRules({ caller, settings: index.settings, model: resolution.model });
  return rules.length === 0 ? undefined : admitUnder(rules, job);
}

async function admitUnder(rules: readonly LimitRule[], job: AdmitJob): Promise<void> {
  const { context, caller, index, state } = job;
  const amounts = amountsOf(job, rules);
  const { requestId, signal } = context;
  const admission = { requestId, tenantId: caller.view.tenant.id, rules, estimate: amounts };
  const maxWaitMs = longestWaitMs({ caller, settings: index.settings });
  const verdict =
    maxWaitMs === 0
      ? await state.shared.limiter.admit(admission)
      : await state.queue.admitOrWait(admission, { maxWaitMs, signal });
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
  const costOf = (candidate: Candidate): number => {
    const price = prices.priceOf(candidate);
    return price === undefined ? 0 : costMicros(price, usage);
  };
  // Nobody knows yet which of them answers: what any of them may cost is held back.
  const costs = resolution.targets.flatMap(({ candidates }) => candidates.map(costOf));
  return { tokens, usdMicros: Math.max(0, ...costs) };
}
