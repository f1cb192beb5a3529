import {
  ceilingsFor,
  type Budget,
  type Limits,
  type RoutingKey,
  type RoutingSettings,
  type ScopedCeilings,
} from '@switchyard/routing';
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

/** What was made of a key's limits and its tenant's, as long as they stand. */
interface MadeRules {
  readonly ofKey: Limits | undefined;
  readonly ofTenant: Limits | undefined;
  readonly maxWaitMs: number;
  /** By the patterns that the model fits, of the key and of the tenant. */
  readonly byPatterns: Map<string, readonly LimitRule[]>;
}

const made = new WeakMap<RoutingKey, MadeRules>();

/**
 * Every ceiling that a request counts against: its key's own or everybody's, its tenant's, and those of its model. The same
 * list for all requests of a key that count against the same: what is leased for them is found by it.
 */
export function limitRules(request: LimitedRequest): readonly LimitRule[] {
  const { caller, settings, model } = request;
  const { ofKey, ofTenant, byPatterns } = madeFor(caller, settings);
  if (ofKey === undefined && ofTenant === undefined) return NO_RULES;
  const hasPatterns = ofKey?.models !== undefined || ofTenant?.models !== undefined;
  const patterns = hasPatterns ? patternsOf([ofKey, ofTenant], model) : '';
  const known = byPatterns.get(patterns);
  if (known !== undefined) return known;
  const rules = [
    ...ceilingsFor(`key:${caller.key.id}`, ofKey, model),
    ...ceilingsFor(`tenant:${caller.view.tenant.id}`, ofTenant, model),
  ].flatMap(ceilingRules);
  byPatterns.set(patterns, rules);
  return rules;
}

/** How long a request may wait for room rather than be refused, in milliseconds. The strictest of those concerned. */
export function longestWaitMs({ caller, settings }: Omit<LimitedRequest, 'model'>): number {
  return madeFor(caller, settings).maxWaitMs;
}

function madeFor(caller: Caller, settings: Pick<RoutingSettings, 'limits'>): MadeRules {
  const ofKey = keyLimits(caller, settings);
  const ofTenant = caller.view.tenant.limits;
  const known = made.get(caller.key);
  if (known !== undefined && known.ofKey === ofKey && known.ofTenant === ofTenant) return known;
  const fresh = { ofKey, ofTenant, maxWaitMs: waitMsOf([ofKey, ofTenant]), byPatterns: new Map() };
  made.set(caller.key, fresh);
  return fresh;
}

function patternsOf(all: readonly (Limits | undefined)[], model: string | undefined): string {
  return all
    .map((limits) =>
      ceilingsFor('', limits, model)
        .map(({ scope }) => scope)
        .join('\n'),
    )
    .join('\n\n');
}

function waitMsOf(all: readonly (Limits | undefined)[]): number {
  const concerned = all.filter((limits) => limits !== undefined);
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
