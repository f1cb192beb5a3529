import { toGatewayError } from '@switchyard/canonical';

import { type AttemptEnd, type AttemptHandler, failedEnd } from './attempt.js';

/** Holds a handler to its promise never to reject: what it throws becomes an `internal` end. */
export function guardHandler(handler: AttemptHandler): AttemptHandler {
  return async (open, body, reply, signal): Promise<AttemptEnd> => {
    try {
      return await handler(open, body, reply, signal);
    } catch (error) {
      return failedEnd(toGatewayError(error).toData());
    }
  };
}
