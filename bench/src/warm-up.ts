import { runWorkload } from './measure.js';
import { report } from './report/progress.js';
import { subjectLabel, type Subject } from './subjects/subject.js';
import type { Workload } from './workload.js';
import type { World } from './world.js';

/** The share of requests that may fail at the peer, which cuts a connection now and then. Of the others none may. */
const MOST_ERRORS_OF_PEER = 0.001;

/**
 * Lets compilers and connection pools settle before anything counts.
 *
 * @throws Error when the subject answers with errors; the peer, with more than a few.
 */
export async function warmUp(
  world: World,
  options: { readonly subject: Subject; readonly workloads: readonly Workload[]; readonly quick: boolean },
): Promise<void> {
  const { subject, workloads, quick } = options;
  const mostErrors = subject.subject === 'portkey' ? MOST_ERRORS_OF_PEER : 0;
  const told: string[] = [];
  for (const workload of workloads) {
    world.signal.throwIfAborted();
    const { requests: maxRequests, withinMs: durationMs, ...more } = quick ? workload.quickWarmUp : workload.warmUp;
    const run = { subject, workload: { ...workload, ...more }, durationMs, maxRequests };
    const { requests, errors, firstError } = await runWorkload(world, run);
    const failed = `${subjectLabel(subject)}, ${workload.name}: ${errors} errors: ${firstError}`;
    if (errors > (requests + errors) * mostErrors) throw new Error(failed);
    if (errors > 0) report(failed);
    told.push(`${workload.name} ${requests}`);
  }
  report(`warmed up ${subjectLabel(subject)}: ${told.join(', ')} requests`);
}
