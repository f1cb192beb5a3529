import { GatewayError } from '@switchyard/canonical';
import type { RoutingIndex } from '@switchyard/routing';
import type { Limiter, LimitRule } from '@switchyard/shared-state';

import { limitRules, longestWaitMs } from '../admit/limit-rules.js';
import type { Caller } from '../authenticate/authenticate.js';

/** A rule that a key's requests count against, and how it stands. */
interface LimitRow extends LimitRule {
  readonly used: number;
  readonly remaining: number;
  /** Until more is left, in milliseconds. */
  readonly resetMs: number;
}

export interface LimitsPage {
  readonly key: string;
  readonly tenant: string;
  readonly maxWaitMs: number;
  /** Whether this gateway enforces its share of them alone, because Redis is away. */
  readonly isAlone: boolean;
  readonly limits: readonly LimitRow[];
}

/**
 * Every limit of a key, of its tenant and of their models, without counting anything.
 *
 * @throws GatewayError `invalid_request` for an id that no key has.
 */
export async function limitsPage(
  { settings, keys, tenants }: RoutingIndex,
  keyId: string | null,
  limiter: Limiter,
): Promise<LimitsPage> {
  const caller = callerWith({ keys, tenants }, keyId);
  const { tenant } = caller.view;
  const standings = await limiter.standings(tenant.id, limitRules({ caller, settings, model: undefined }));
  return {
    key: caller.key.id,
    tenant: tenant.name,
    maxWaitMs: longestWaitMs({ caller, settings }),
    isAlone: limiter.isAlone,
    limits: standings.map(({ rule, remaining, resetMs }) => ({
      ...rule,
      used: Math.max(0, rule.limit - remaining),
      remaining,
      resetMs: Math.ceil(resetMs),
    })),
  };
}

function callerWith({ keys, tenants }: Pick<RoutingIndex, 'keys' | 'tenants'>, keyId: string | null): Caller {
  const key = [...keys.values()].find(({ id }) => id === keyId);
  const view = key === undefined ? undefined : tenants.get(key.tenantId);
  if (key !== undefined && view !== undefined) return { key, view };
  throw new GatewayError('invalid_request', '`key_id` must be the id of a key', { param: 'key_id' });
}
