import { type AttemptHandler, type AttemptTransport, failedEnd } from '../attempt.js';
import { guardHandler } from '../guard-handler.js';

/** The wire of the standalone shape: the worker's handler, called directly. */
export function createDirectTransport(handler: AttemptHandler): AttemptTransport {
  const guarded = guardHandler(handler);
  let closed = false;
  return {
    attempt: (open, body, reply, signal) => {
      if (!closed) return guarded(open, body, reply, signal);
      return Promise.resolve(failedEnd({ code: 'no_worker', message: 'the worker was closed', status: 503 }));
    },
    availableWorkers: () => (closed ? 0 : 1),
    close: () => {
      closed = true;
      return Promise.resolve();
    },
  };
}
