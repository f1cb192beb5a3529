import type { UsageSink } from '@switchyard/shared-state';
import { logRecord, type Logger } from '@switchyard/telemetry';

import type { RequestContext } from '../accept/request-context.js';
import type { RequestMetrics } from './request-metrics.js';
import { requestRecord, type RequestOutcome } from './request-record.js';
import { usageRecord } from './usage-record.js';
import { amountsOf, usedBy } from './used.js';

export interface Meters {
  readonly logger: Logger;
  readonly metrics: RequestMetrics;
  readonly usage: UsageSink;
}

/** Closes the books of a request: always runs, on success, failure and disconnect alike. */
export function meter(context: RequestContext, outcome: RequestOutcome, meters: Meters): void {
  const { logger, metrics, usage } = meters;
  const nowMs = performance.now();
  const used = usedBy(context.attempts);
  // Behind the request's back: what it was granted is given back whether anybody waits or not.
  if (context.grant !== undefined) void context.grant.settle(amountsOf(used));
  const durationMs = nowMs - context.receivedAtMs;
  const record = usageRecord(context, { outcome, used, nowMs: Date.now(), durationMs });
  if (record !== undefined) usage.write(record);
  const { span } = context;
  if (span.isRecording) {
    span.setAttributes({
      'http.response.status_code': outcome.status,
      'switchyard.attempts': context.attempts.length,
      'gen_ai.request.model': context.facts?.model,
      'switchyard.tenant': context.caller?.view.tenant.name,
    });
  }
  if (outcome.errorCode !== undefined) span.fail(outcome.errorCode);
  span.end();
  metrics.record(context, outcome, nowMs);
  logRecord(logger, requestRecord(context, outcome, nowMs), 'request');
}
