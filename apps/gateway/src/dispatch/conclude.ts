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
  } else if (reply.framing !== undefined && hasEndedItsStream(end)) {
    reply.end();
  } else {
    reply.cutShort(inBandError(context, { error, framing: reply.framing }));
  }
  return { ...facts, status: response.statusCode, errorCode: error.code };
}

/** After the commit the worker ends a failed stream with an in-band error of its own, unless it was lost or cancelled. */
function hasEndedItsStream(end: AttemptEnd): boolean {
  return end.outcome === 'error' && end.error?.code !== 'worker_lost';
}

interface InBand {
  readonly error: GatewayErrorData;
  readonly framing: ClientReply['framing'];
}

/** The error as the last event of a stream; undefined in an answer that has no place for one. */
function inBandError({ surface, requestId }: RequestContext, { error, framing }: InBand): string | undefined {
  const dialect = dialectById(surface.dialect);
  switch (framing) {
    case 'sse':
      // The blank line first ends an event that was cut in its middle.
      return `\n\n${dialect.encodeStreamError(error, requestId)}`;
    case 'json-array':
      // An attempt commits with an element, so this is never the first.
      return `,\r\n${dialect.encodeError(error, requestId).body}]`;
    default:
      return undefined;
  }
}
