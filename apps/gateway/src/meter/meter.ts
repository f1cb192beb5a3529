import type { Logger } from '@switchyard/telemetry';

import type { RequestContext } from '../accept/request-context.js';
import type { RequestMetrics } from './request-metrics.js';
import { requestRecord, type RequestOutcome } from './request-record.js';

export interface Meters {
  readonly logger: Logger;
  readonly metrics: RequestMetrics;
}

/** Closes the books of a request: always runs, on success, failure and disconnect alike. */
export function meter(context: RequestContext, outcome: RequestOutcome, { logger, metrics }: Meters): void {
  const nowMs = performance.now();
  const { span } = context;
  span.setAttributes({
    'http.response.status_code': outcome.status,
    'switchyard.attempts': context.attempts.length,
    ...(context.facts === undefined ? {} : { 'gen_ai.request.model': context.facts.model }),
    ...(context.caller === undefined ? {} : { 'switchyard.tenant': context.caller.view.tenant.name }),
  });
  if (outcome.errorCode !== undefined) span.fail(outcome.errorCode);
  span.end();
  metrics.record(context, outcome, nowMs);
  logger.info(requestRecord(context, outcome, nowMs), 'request');
}
