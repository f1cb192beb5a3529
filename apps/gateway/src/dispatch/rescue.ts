import type { Candidate } from '@switchyard/routing';
import type { AttemptEnd, RescueState, Resume } from '@switchyard/wire';

import type { AttemptCourse } from './attempt-course.js';
import type { DispatchJob } from './dispatch.js';
import type { Attempted } from './hedge.js';

/** What becomes of a stream that dies after content reached the client. */
export interface RescuePolicy {
  /** Whether another candidate may go on with it. */
  readonly isWanted: boolean;
  /** Whether a candidate goes on with an answer that it is given the start of. */
  canPrefill(candidate: Candidate): boolean;
}

/**
 * Goes on with a stream that died after content, on one candidate after the other: by giving it the start of the answer,
 * where it can take that, else by asking again and comparing. Tool calls and JSON are never put together from two answers.
 *
 * @returns the end of whatever ended the stream; with `rescue` in it where nobody has told the client of the failure.
 */
export async function rescue(job: DispatchJob, course: AttemptCourse, broken: Attempted): Promise<AttemptEnd> {
  let last = broken.end;
  course.failed(broken.candidate, last, { isResumed: true });
  for (;;) {
    const state = rescuable(job, last);
    const candidate = state === undefined ? undefined : await course.next();
    if (state === undefined || candidate === undefined) return last;
    const { end, hasWritten } = await goOn(job, candidate, state);
    if (end.outcome !== 'error' || job.signal.aborted) return end;
    course.failed(candidate, end, { isResumed: true });
    if (hasWritten) last = end;
  }
}

function rescuable({ rescue: { isWanted } }: DispatchJob, { rescue: state }: AttemptEnd): RescueState | undefined {
  return state === undefined || !isWanted || state.hasToolCalls || state.isStructured ? undefined : state;
}

interface GoneOn {
  readonly end: AttemptEnd;
  /** Whether the client has received anything of it. */
  readonly hasWritten: boolean;
}

/** One candidate's try. What refuses the start of an answer is asked for the whole again. */
async function goOn(job: DispatchJob, candidate: Candidate, state: RescueState): Promise<GoneOn> {
  if (job.rescue.canPrefill(candidate)) {
    const gone = await resume(job, candidate, { how: 'prefill', state });
    if (gone.hasWritten || gone.end.error?.code !== 'upstream_invalid_request') return gone;
  }
  return resume(job, candidate, { how: 'replay', state });
}

async function resume(job: DispatchJob, candidate: Candidate, how: Resume): Promise<GoneOn> {
  const before = job.reply.bytesWritten;
  const end = await job.perform(candidate, { reply: job.reply, signal: job.signal, resume: how });
  return { end, hasWritten: job.reply.bytesWritten > before };
}
