import type { Candidate } from '@switchyard/routing';
import type { AttemptEnd } from '@switchyard/wire';

import type { AttemptCourse } from './attempt-course.js';
import type { DispatchJob } from './dispatch.js';
import { Race, type Entrant } from './race.js';

/** When a second attempt may be sent beside a slow first one. */
export interface Hedging {
  /** Without content for so long, an answer is late; in milliseconds. */
  readonly afterMs: number;
  /** Whether an extra call is allowed now; it is counted then. */
  spend(): boolean;
}

/** An attempt that is over. */
export interface Attempted {
  readonly candidate: Candidate;
  readonly end: AttemptEnd;
}

/**
 * Makes an attempt, and where its content is late a second one beside it: whichever brings content first is the answer,
 * and the other is cancelled. Failures that reached no client are counted in the course.
 */
export async function raceAttempts(
  job: DispatchJob,
  course: AttemptCourse,
  { first, hedging }: { readonly first: Candidate; readonly hedging: Hedging },
): Promise<Attempted> {
  const race = new Race(job.reply, job.signal.abortSignal);
  const runs = [run({ job, race, candidate: first })];
  const isLate = await outlasts(runs[0]?.over, job, hedging.afterMs);
  const second = isLate && !race.isDecided ? hedgeFor(hedging, course, first) : undefined;
  if (second !== undefined) runs.push(run({ job, race, candidate: second }));
  return settle(job, course, { race, runs });
}

interface Run {
  readonly entrant: Entrant;
  readonly over: Promise<Attempted>;
}

function run({ job, race, candidate }: { job: DispatchJob; race: Race; candidate: Candidate }): Run {
  const entrant = race.enter((head) => job.onCommit(candidate, head));
  const { reply, signal } = entrant;
  return { entrant, over: job.perform(candidate, { reply, signal }).then((end) => ({ candidate, end })) };
}

/** Whether an attempt is still without an end after so long. */
async function outlasts(over: Promise<unknown> | undefined, job: DispatchJob, afterMs: number): Promise<boolean> {
  const ended = new AbortController();
  const signal = AbortSignal.any([job.signal.abortSignal, ended.signal]);
  const first = await Promise.race([over?.then(() => 'over'), job.sleep(afterMs, signal).then(() => 'late')]);
  ended.abort();
  return first === 'late' && !job.signal.aborted;
}

function hedgeFor(hedging: Hedging, course: AttemptCourse, first: Candidate): Candidate | undefined {
  return hedging.spend() ? course.beside(first) : undefined;
}

/** Waits for the attempt that decides: the winner, the only one left, or one whose failure no other can mend. */
async function settle(
  job: DispatchJob,
  course: AttemptCourse,
  { race, runs }: { race: Race; runs: readonly Run[] },
): Promise<Attempted> {
  let left = [...runs];
  for (;;) {
    const { index, attempted } = await Promise.race(
      left.map(async (each) => ({ index: runs.indexOf(each), attempted: await each.over })),
    );
    const ended = runs[index];
    left = left.filter((each) => each !== ended);
    const hasLost = ended?.entrant.hasLost === true;
    if (left.length === 0) return hasLost ? attempted : counted(job, course, attempted);
    if (hasLost) continue;
    counted(job, course, attempted);
    const isDecided = race.isDecided || attempted.end.outcome !== 'error' || course.isOver;
    if (!isDecided) continue;
    if (ended !== undefined) race.leaveAlone(ended.entrant);
    return attempted;
  }
}

/** Whether an attempt failed, and no client saw it. */
export function isUnseen({ reply }: Pick<DispatchJob, 'reply'>, { outcome }: AttemptEnd): boolean {
  return outcome === 'error' && !reply.committed;
}

/** A failure that no client saw is one of the course's. */
function counted(job: DispatchJob, course: AttemptCourse, attempted: Attempted): Attempted {
  const { candidate, end } = attempted;
  if (isUnseen(job, end)) course.failed(candidate, end);
  return attempted;
}
