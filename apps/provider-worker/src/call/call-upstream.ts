import { respondAsSimulator } from '@switchyard/providers';
import type { AnswerStream, UpstreamClient, UpstreamResponse } from '@switchyard/upstream';
import { Cancellation, type AttemptOpen } from '@switchyard/wire';

import { attemptUrl } from '../prepare/attempt-url.js';
import type { Target } from '../prepare/resolve-target.js';
import type { CallHeaders } from '../prepare/upstream-headers.js';

export interface CallInput {
  readonly open: AttemptOpen;
  readonly target: Target;
  readonly headers: CallHeaders;
  readonly body: Buffer;
}

/** What an upstream answers, whichever way it was reached. */
export type Answer = Pick<UpstreamResponse, 'status' | 'headers'> & {
  readonly body: AsyncIterable<Buffer> & Pick<AnswerStream, 'takeWhole'>;
};

/** The attempt's own, or that of a part of it. */
export type CallSignal = Cancellation | AbortSignal;

/** Calls the provider, over the network or, for the simulator, within this process. */
export function callUpstream(client: UpstreamClient, input: CallInput, signal: CallSignal): Promise<Answer> {
  const { open, target, headers, body } = input;
  const { provider, credential, path } = target;
  if (provider.slug === 'simulator') {
    const real = signal instanceof Cancellation ? signal.abortSignal : signal;
    return Promise.resolve(respondAsSimulator({ path, body }, real));
  }
  const { connectMs, headersMs, idleMs, totalMs } = open.deadlines;
  const deadlines = { connectMs, headersMs: open.stream ? headersMs : totalMs, idleMs };
  const url = attemptUrl(target, open);
  const { shared: sharedHeaders, own } = headers;
  const { proxyUrl } = credential;
  return client.call({ method: 'POST', url, headers: own, sharedHeaders, body, deadlines, proxyUrl }, signal);
}
