import { toGatewayError } from '@switchyard/canonical';

import { type AttemptEnd, type AttemptHandler, failedEnd } from './attempt.js';

/** Holds a handler to its promise never to reject: what it throws becomes an `internal` end. */
export function guardHandler(handler: AttemptHandler): AttemptHandler {
  return (open, body, reply, signal) => {
    try {
      return handler(open, body, reply, signal).catch(failed);
    } catch (error) {
      return Promise.resolve(failed(error));
    }
  };
}

function failed(error: unknown): AttemptEnd {
  return failedEnd(toGatewayError(error).toData());
}
