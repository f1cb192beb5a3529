import type { Logger } from '@switchyard/telemetry';

import type { RequestContext } from '../accept/request-context.js';
import { requestRecord, type RequestOutcome } from './request-record.js';

/** Closes the books of a request: always runs, on success, failure and disconnect alike. */
export function meter(context: RequestContext, outcome: RequestOutcome, logger: Logger): void {
  const { span } = context;
  span.setAttributes({
    'http.response.status_code': outcome.status,
    'switchyard.attempts': context.attempts.length,
    ...(context.facts === undefined ? {} : { 'gen_ai.request.model': context.facts.model }),
    ...(context.caller === undefined ? {} : { 'switchyard.tenant': context.caller.view.tenant.name }),
  });
  if (outcome.errorCode !== undefined) span.fail(outcome.errorCode);
  span.end();
  logger.info(requestRecord(context, outcome, performance.now()), 'request');
}
