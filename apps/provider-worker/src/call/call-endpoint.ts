import { readHeadroom } from '@switchyard/dialects';

import type { Attempt } from '../attempt.js';
import { callUpstream, type Answer, type CallSignal } from './call-upstream.js';

/** Sends a body to the attempt's target, and notes when what happened. The signal is the attempt's, or one that it aborts. */
export function callEndpoint(
  attempt: Pick<Attempt, 'open' | 'target' | 'span' | 'report' | 'upstream' | 'deadlines' | 'now'>,
  body: Buffer,
  signal: CallSignal = attempt.deadlines.signal,
): Promise<Answer> {
  const { open, target, span, report, upstream } = attempt;
  const headers = target.headers.of(open, span);
  // Before the wait begins: what cannot be called at all throws here.
  const coming = callUpstream(upstream, { open, target, headers, body }, signal);
  report.called();
  return coming.then(
    (answer) => {
      report.headersCame(answer.status, readHeadroom(answer.headers, attempt.now()));
      return answer;
    },
    (error) => {
      report.failed();
      throw error;
    },
  );
}
