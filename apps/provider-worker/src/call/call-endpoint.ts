import { readHeadroom } from '@switchyard/dialects';

import type { Attempt } from '../attempt.js';
import { upstreamHeaders } from '../prepare/upstream-headers.js';
import { callUpstream, type Answer } from './call-upstream.js';

/** Sends a body to the attempt's target, and notes when what happened. */
export async function callEndpoint(attempt: Attempt, body: Buffer): Promise<Answer> {
  const { open, target, span, report, upstream, deadlines } = attempt;
  const headers = upstreamHeaders(open, target, span);
  report.prepared();
  const answer = await report.waitFor(callUpstream(upstream, { open, target, headers, body }, deadlines.signal));
  report.headersCame(answer.status, readHeadroom(answer.headers, attempt.now()));
  return answer;
}
