import type { Dispatcher } from 'undici';

import type { SoakPlan } from './soak-plan.js';
import { outcomeOf, type SoakOutcome } from './soak-outcome.js';

export interface SoakRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly streams: boolean;
  readonly plan: SoakPlan;
}

// The last event of a stream, and the one before.
const TAIL_CHARACTERS = 2_000;

/** Sends one request, goes where it is planned, and judges what came. Never rejects. */
export function sendSoaking(dispatcher: Dispatcher, request: SoakRequest): Promise<SoakOutcome> {
  const { path, headers, body, streams, plan } = request;
  return new Promise((resolve) => {
    let status = 0;
    let tail = '';
    let wasAborted = false;
    let controller: Dispatcher.DispatchController | undefined;
    const abort = (): void => {
      wasAborted = true;
      controller?.abort(new Error('the client went'));
    };
    const timer = plan.abortAfterMs === undefined ? undefined : setTimeout(abort, plan.abortAfterMs);
    const finish = (failure?: string): void => {
      clearTimeout(timer);
      resolve(outcomeOf(plan, { streams, wasAborted, status, tail, failure }));
    };
    dispatcher.dispatch(
      { method: 'POST', path, headers, body },
      {
        onRequestStart(started) {
          controller = started;
          // It may have waited for a connection until now.
          if (wasAborted) abort();
        },
        onResponseStart(_controller, statusCode) {
          status = statusCode;
        },
        onResponseData(_controller, chunk) {
          tail = (tail + chunk.toString('latin1')).slice(-TAIL_CHARACTERS);
        },
        onResponseEnd: () => finish(),
        onResponseError: (_controller, error) => finish(error.message),
      },
    );
  });
}
