import { GatewayError, toGatewayError, type GatewayErrorData } from '@switchyard/canonical';
import { dialectById } from '@switchyard/dialects';
import type { AttemptEnd } from '@switchyard/wire';

import type { RequestContext } from '../accept/request-context.js';
import type { RequestOutcome } from '../meter/request-record.js';
import { answerError } from './answer-error.js';
import type { ClientReply } from './client-reply.js';

/** Ends the client's answer as the last attempt ended. */
export function conclude(context: RequestContext, end: AttemptEnd, reply: ClientReply): RequestOutcome {
  const { response, signal } = context;
  const facts = { end, bytesWritten: reply.bytesWritten };
  if (end.outcome === 'success') {
    reply.end();
    return { ...facts, status: response.statusCode };
  }
  const deadline = signal.reason instanceof GatewayError ? signal.reason : undefined;
  if (end.outcome === 'cancelled' && deadline === undefined) {
    reply.abandon();
    return { ...facts, status: 499, errorCode: 'client_closed' };
  }
  const error = deadline?.toData() ?? end.error ?? toGatewayError(undefined).toData();
  if (!reply.committed) {
    reply.abandon();
    answerError(response, { context, error });
  } else if (reply.isStream && hasEndedItsStream(end)) {
    reply.end();
  } else {
    reply.cutShort(streamError(context, error));
  }
  return { ...facts, status: response.statusCode, errorCode: error.code };
}

/** After the commit the worker ends a failed stream with an in-band error of its own, unless it was lost or cancelled. */
function hasEndedItsStream(end: AttemptEnd): boolean {
  return end.outcome === 'error' && end.error?.code !== 'worker_lost';
}

function streamError(context: RequestContext, error: GatewayErrorData): string {
  return dialectById(context.surface.dialect).encodeStreamError(error, context.requestId);
}
