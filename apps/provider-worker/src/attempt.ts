import type { TraceSpan } from '@switchyard/telemetry';
import type { UpstreamClient } from '@switchyard/upstream';
import type { AttemptOpen, AttemptReply } from '@switchyard/wire';

import type { AttemptReport } from './attempt-report.js';
import type { AttemptDeadlines } from './call/attempt-deadlines.js';
import type { Target } from './prepare/resolve-target.js';

/** What an attempt is made with. */
export interface Attempt {
  readonly open: AttemptOpen;
  readonly body: Buffer;
  readonly reply: AttemptReply;
  readonly target: Target;
  readonly span: TraceSpan;
  readonly deadlines: AttemptDeadlines;
  readonly report: AttemptReport;
  readonly upstream: UpstreamClient;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}
