import { GatewayError, toGatewayError } from '@switchyard/canonical';
import type { AttemptEnd } from '@switchyard/wire';

import type { EndSignal, RequestContext } from '../accept/request-context.js';
import type { RequestOutcome } from '../meter/request-record.js';
import type { ClientAnswer, ClientReply } from './client-answer.js';

export interface Conclusion {
  /** How the last attempt ended. */
  readonly end: AttemptEnd;
  readonly answer: ClientAnswer;
  readonly reply: ClientReply;
}

/** Ends the client's answer as the last attempt ended. */
export function conclude({ signal }: RequestContext, { end, answer, reply }: Conclusion): RequestOutcome {
  const facts = { end, bytesWritten: reply.bytesWritten };
  if (end.outcome === 'success') {
    reply.end();
    return { ...facts, status: answer.status };
  }
  const deadline = deadlineOf(signal);
  if (end.outcome === 'cancelled' && deadline === undefined) {
    reply.abandon();
    return { ...facts, status: 499, errorCode: 'client_closed' };
  }
  const error = deadline?.toData() ?? end.error ?? toGatewayError(undefined).toData();
  if (!reply.committed) {
    reply.abandon();
    answer.refuse(error);
  } else if (reply.tellsErrors && hasEndedItsStream(end)) {
    reply.end();
  } else {
    reply.cutShort(error);
  }
  return { ...facts, status: answer.status, errorCode: error.code };
}

/** The total deadline, where it was that and not the client's leaving that ended the request. */
function deadlineOf({ reason }: EndSignal): GatewayError | undefined {
  return reason instanceof GatewayError && reason.code === 'total_deadline' ? reason : undefined;
}

/**
 * After the commit the worker ends a failed stream with an in-band error of its own, unless it was lost or cancelled, or
 * handed the stream back to be gone on with.
 */
function hasEndedItsStream(end: AttemptEnd): boolean {
  return end.outcome === 'error' && end.error?.code !== 'worker_lost' && end.rescue === undefined;
}
