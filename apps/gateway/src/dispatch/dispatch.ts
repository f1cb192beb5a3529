import { GatewayError } from '@switchyard/canonical';
import { outageError, type Candidate, type Outage } from '@switchyard/routing';
import {
  CANCELLED_END,
  type AttemptEnd,
  type AttemptHead,
  type AttemptReply,
  type AttemptSignal,
  type Resume,
} from '@switchyard/wire';

import { AttemptCourse, type CourseOptions } from './attempt-course.js';
import type { ClientReply } from './client-answer.js';
import { isUnseen, raceAttempts, type Attempted, type Hedging } from './hedge.js';
import { rescue, type RescuePolicy } from './rescue.js';
import { tellingFailure } from './telling-failure.js';
import { withRecovery } from './with-recovery.js';

/** Where an attempt writes, until when, and what it goes on from. */
export interface AttemptTask {
  readonly reply: AttemptReply;
  readonly signal: AttemptSignal;
  readonly resume?: Resume | undefined;
}

export interface DispatchJob extends CourseOptions {
  /** The requested name, for messages. */
  readonly model: string;
  readonly reply: Pick<ClientReply, 'head' | 'data' | 'committed' | 'bytesWritten'>;
  readonly hedging?: Hedging | undefined;
  readonly rescue: RescuePolicy;
  /** Makes one attempt and keeps the books of it. Never rejects. */
  perform(candidate: Candidate, task: AttemptTask): Promise<AttemptEnd>;
  /** The client is about to see this candidate's answer. */
  onCommit(candidate: Candidate, head: AttemptHead): void;
}

/**
 * Sends attempts until one answers. Before the first content reached the client, a failure that is not the request's own
 * goes on to the next candidate; after it, what began the answer also ends it, or is rescued.
 *
 * @returns the end that is the client's: of the attempt that answered, or of the failure that tells most.
 * @throws GatewayError `all_cooling` where every candidate is out of use.
 */
export async function dispatch(job: DispatchJob): Promise<AttemptEnd> {
  const course = new AttemptCourse(job);
  for (;;) {
    const next = course.next();
    const candidate = next instanceof Promise ? await next : next;
    if (candidate === undefined) return verdict(job, course);
    let last: Attempted;
    if (job.hedging === undefined) {
      const end = await job.perform(candidate, { reply: new SoleReply(job, candidate), signal: job.signal });
      if (isUnseen(job, end)) course.failed(candidate, end);
      last = { candidate, end };
    } else {
      last = await raceAttempts(job, course, { first: candidate, hedging: job.hedging });
    }
    if (last.end.outcome !== 'error' || job.signal.aborted) return last.end;
    if (job.reply.committed) return rescue(job, course, last);
  }
}

/** Where an attempt writes that runs alone: its first content is the answer. */
class SoleReply implements AttemptReply {
  constructor(
    private readonly job: Pick<DispatchJob, 'reply' | 'onCommit'>,
    private readonly candidate: Candidate,
  ) {}

  head(head: AttemptHead): void {
    this.job.onCommit(this.candidate, head);
    this.job.reply.head(head);
  }

  data(chunk: Buffer): Promise<void> | undefined {
    return this.job.reply.data(chunk);
  }
}

function verdict({ signal, model, nowMs }: DispatchJob, course: AttemptCourse): AttemptEnd {
  const { failures, outage } = course;
  if (signal.aborted) return CANCELLED_END;
  const telling = tellingFailure(failures);
  if (telling !== undefined) return withRecovery(telling, { recoversAtMs: course.recoversAtMs, nowMs: nowMs() });
  if (outage !== undefined) throw refusal(model, outage, nowMs());
  return CANCELLED_END;
}

/** What no upstream knows does not exist, and coming back soon does not help. */
function refusal(model: string, outage: Outage, nowMs: number): GatewayError {
  if (!outage.credentials.every(({ code }) => code === 'upstream_model_not_found')) {
    return outageError(model, outage, nowMs);
  }
  const message = `no provider behind "${model}" knows a model of that name: the operator must check it`;
  return new GatewayError('upstream_model_not_found', message, { param: 'model' });
}
