import { ceilingsFor, type Budget, type Limits, type RoutingSettings, type ScopedCeilings } from '@switchyard/routing';
import type { LimitRule } from '@switchyard/shared-state';

import type { Caller } from '../authenticate/authenticate.js';

const NO_RULES: readonly LimitRule[] = [];
const MINUTE = { type: 'rolling', ms: 60_000 } as const;

export interface LimitedRequest {
  readonly caller: Caller;
  readonly settings: Pick<RoutingSettings, 'limits'>;
  /** The requested name, without a thinking suffix. Undefined: of any model, for who asks for all the rules. */
  readonly model: string | undefined;
}

/** Every ceiling that a request counts against: its key's own or everybody's, its tenant's, and those of its model. */
export function limitRules({ caller, settings, model }: LimitedRequest): readonly LimitRule[] {
  const ofKey = keyLimits(caller, settings);
  const { tenant } = caller.view;
  if (ofKey === undefined && tenant.limits === undefined) return NO_RULES;
  return [
    ...ceilingsFor(`key:${caller.key.id}`, ofKey, model),
    ...ceilingsFor(`tenant:${tenant.id}`, tenant.limits, model),
  ].flatMap(ceilingRules);
}

/** How long a request may wait for room rather than be refused, in milliseconds. The strictest of those concerned. */
export function longestWaitMs({ caller, settings }: Omit<LimitedRequest, 'model'>): number {
  const concerned = [keyLimits(caller, settings), caller.view.tenant.limits].filter((limits) => limits !== undefined);
  if (concerned.length === 0) return 0;
  return Math.min(
    ...concerned.map(({ whenLimited, maxWaitMs }) => (whenLimited === 'wait' ? (maxWaitMs ?? DEFAULT_WAIT_MS) : 0)),
  );
}

// Shorter than the patience of any client's library.
const DEFAULT_WAIT_MS = 5_000;

function keyLimits({ key }: Caller, settings: Pick<RoutingSettings, 'limits'>): Limits | undefined {
  return key.limits ?? settings.limits;
}

function ceilingRules({ scope, ceilings }: ScopedCeilings): readonly LimitRule[] {
  const { requestsPerMinute, tokensPerMinute, concurrent, budgets = [] } = ceilings;
  const rules: LimitRule[] = budgets.map((budget) => budgetRule(scope, budget));
  if (requestsPerMinute !== undefined) {
    rules.push({ scope, measure: 'requests', limit: requestsPerMinute, window: MINUTE });
  }
  if (tokensPerMinute !== undefined) rules.push({ scope, measure: 'tokens', limit: tokensPerMinute, window: MINUTE });
  if (concurrent !== undefined) rules.push({ scope, measure: 'concurrent', limit: concurrent });
  return rules;
}

function budgetRule(scope: string, { unit, amount, window }: Budget): LimitRule {
  return { scope, measure: unit, limit: amount, window };
}
