import { readHeadroom } from '@switchyard/dialects';

import type { Attempt } from '../attempt.js';
import { upstreamHeaders } from '../prepare/upstream-headers.js';
import { callUpstream, type Answer } from './call-upstream.js';

/** Sends a body to the attempt's target, and notes when what happened. The signal is the attempt's, or one that it aborts. */
export async function callEndpoint(
  attempt: Attempt,
  body: Buffer,
  signal: AbortSignal = attempt.deadlines.signal,
): Promise<Answer> {
  const { open, target, span, report, upstream } = attempt;
  const headers = upstreamHeaders(open, target, span);
  report.prepared();
  const answer = await report.waitFor(callUpstream(upstream, { open, target, headers, body }, signal));
  report.headersCame(answer.status, readHeadroom(answer.headers, attempt.now()));
  return answer;
}
