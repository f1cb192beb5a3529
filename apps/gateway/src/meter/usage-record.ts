import type { UsageRecord } from '@switchyard/shared-state';

import type { RequestContext } from '../accept/request-context.js';
import type { RequestOutcome } from './request-record.js';
import type { Used } from './used.js';

export interface RecordFacts {
  readonly outcome: RequestOutcome;
  readonly used: Used;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  readonly durationMs: number;
}

/** What a request used, for the books; undefined for a stranger's, which is nobody's to pay for. */
export function usageRecord(context: RequestContext, facts: RecordFacts): UsageRecord | undefined {
  const { caller, surface, attempts } = context;
  if (caller === undefined) return undefined;
  const { outcome, used, nowMs, durationMs } = facts;
  const last = attempts.at(-1);
  return {
    requestId: context.requestId,
    atMs: Math.round(nowMs - durationMs),
    tenantId: caller.view.tenant.id,
    keyId: caller.key.id,
    model: context.resolution?.model ?? '',
    provider: last?.provider,
    credentialId: last?.credential,
    upstreamModel: last?.model,
    operation: surface.operation,
    status: outcome.status,
    errorCode: outcome.errorCode,
    attempts: attempts.length,
    inputUncached: used.inputUncached,
    cacheRead: used.cacheRead,
    cacheWrite5m: used.cacheWrite5m,
    cacheWrite1h: used.cacheWrite1h,
    output: used.output,
    reasoning: used.reasoning,
    isEstimated: used.isEstimated,
    usdMicros: used.costMicros,
    durationMs: Math.round(durationMs),
  };
}
