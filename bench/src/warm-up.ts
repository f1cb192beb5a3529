import { runWorkload } from './measure.js';
import { report } from './report/progress.js';
import { subjectLabel, type Subject } from './subjects/subject.js';
import type { Workload } from './workload.js';
import type { World } from './world.js';

/**
 * Lets compilers and connection pools settle before anything counts.
 *
 * @throws Error when the subject answers with errors.
 */
export async function warmUp(
  world: World,
  options: { readonly subject: Subject; readonly workloads: readonly Workload[]; readonly quick: boolean },
): Promise<void> {
  const { subject, workloads, quick } = options;
  const told: string[] = [];
  for (const workload of workloads) {
    world.signal.throwIfAborted();
    const { requests: maxRequests, withinMs: durationMs, ...more } = quick ? workload.quickWarmUp : workload.warmUp;
    const run = { subject, workload: { ...workload, ...more }, durationMs, maxRequests };
    const { requests, errors, firstError } = await runWorkload(world, run);
    if (errors > 0) throw new Error(`${subjectLabel(subject)}, ${workload.name}: ${errors} errors: ${firstError}`);
    told.push(`${workload.name} ${requests}`);
  }
  report(`warmed up ${subjectLabel(subject)}: ${told.join(', ')} requests`);
}
