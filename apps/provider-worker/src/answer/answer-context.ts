import type { Dialect } from '@switchyard/dialects';
import type { AttemptOpen, AttemptReply } from '@switchyard/wire';

import type { AttemptReport } from '../attempt-report.js';
import type { AttemptDeadlines } from '../call/attempt-deadlines.js';
import type { EncodedBody } from '../encode/encode-body.js';
import type { Target } from '../prepare/resolve-target.js';
import type { StreamSoFar } from '../rescue/stream-so-far.js';

/** What answering needs to know of the attempt it answers. */
export interface AnswerContext {
  readonly open: AttemptOpen;
  readonly client: Dialect;
  readonly upstream: Dialect;
  readonly target: Target;
  readonly encoded: EncodedBody;
  /** The stream that this attempt goes on with. */
  readonly resumed?: StreamSoFar | undefined;
  readonly reply: AttemptReply;
  readonly deadlines: AttemptDeadlines;
  readonly report: AttemptReport;
  readonly now: () => number;
}

/** How the client's dialect is to write an answer. */
export function answerOptions({ open, encoded, resumed, now }: AnswerContext) {
  const { includeUsage, request } = encoded;
  const model = resumed?.model ?? open.answerModel ?? open.requestedModel;
  return { model, includeUsage: includeUsage(), nowSeconds: Math.floor(now() / 1000), request };
}
