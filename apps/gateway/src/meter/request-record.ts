import type { AttemptEnd } from '@switchyard/wire';

import type { RequestContext } from '../accept/request-context.js';

export interface RequestOutcome {
  /** The status the client saw; 499 when it left before an answer. */
  readonly status: number;
  readonly end?: AttemptEnd | undefined;
  readonly errorCode?: string | undefined;
  readonly bytesWritten: number;
}

/** The one log line of a request: ids, names, attempts, status and times; never a key, a prompt or an answer. */
export function requestRecord(
  context: RequestContext,
  outcome: RequestOutcome,
  nowMs: number,
): Readonly<Record<string, unknown>> {
  const { caller, facts, surface } = context;
  const { raw: _raw, ...usage } = outcome.end?.usage ?? {};
  return {
    requestId: context.requestId,
    traceId: context.span.traceId,
    tenant: caller?.view.tenant.name,
    keyId: caller?.key.id,
    dialect: surface.dialect,
    operation: surface.operation,
    model: facts?.model,
    stream: facts?.stream,
    status: outcome.status,
    errorCode: outcome.errorCode,
    attempts: context.attempts.map(({ usage: _usage, ...attempt }) => ({
      ...attempt,
      durationMs: rounded(attempt.durationMs),
      waitedMs: rounded(attempt.waitedMs),
    })),
    answeredModel: outcome.end?.answeredModel,
    finish: outcome.end?.finish?.reason,
    usage: outcome.end?.usage === undefined ? undefined : usage,
    dropped: outcome.end === undefined || outcome.end.dropped.length === 0 ? undefined : outcome.end.dropped,
    durationMs: rounded(nowMs - context.receivedAtMs),
    firstByteMs:
      context.firstByteAtMs === undefined ? undefined : rounded(context.firstByteAtMs - context.receivedAtMs),
    bytesIn: context.bodyBytes,
    bytesOut: outcome.bytesWritten,
    snapshot: context.snapshotVersion,
  };
}

function rounded(ms: number): number {
  return Math.round(ms * 100) / 100;
}
