import type { Dialect } from '@switchyard/dialects';
import type { AttemptOpen, AttemptReply } from '@switchyard/wire';

import type { AttemptReport } from '../attempt-report.js';
import type { AttemptDeadlines } from '../call/attempt-deadlines.js';
import type { EncodedBody } from '../encode/encode-body.js';
import type { Target } from '../prepare/resolve-target.js';

/** What answering needs to know of the attempt it answers. */
export interface AnswerContext {
  readonly open: AttemptOpen;
  readonly client: Dialect;
  readonly upstream: Dialect;
  readonly target: Target;
  readonly encoded: EncodedBody;
  readonly reply: AttemptReply;
  readonly deadlines: AttemptDeadlines;
  readonly report: AttemptReport;
  readonly now: () => number;
}

/** How the client's dialect is to write an answer. */
export function answerOptions({ open, encoded, now }: AnswerContext) {
  const { includeUsage, request } = encoded;
  return { model: open.requestedModel, includeUsage: includeUsage(), nowSeconds: Math.floor(now() / 1000), request };
}
