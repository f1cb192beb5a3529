import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { measuredWith, runWorkload } from '../measure.js';
import { report } from '../report/progress.js';
import { resultsFolder } from '../report/save-figures.js';
import type { Subject } from '../subjects/subject.js';
import type { Workload } from '../workload.js';
import type { World } from '../world.js';
import { askProbe, probed } from './probe.js';

/** Runs every workload once more, and leaves a CPU profile of each Node process that was at work. */
export async function saveProfiles(
  world: World,
  options: {
    readonly subjects: readonly Subject[];
    readonly workloads: readonly Workload[];
    readonly durationMs: number;
  },
): Promise<void> {
  const folder = join(resultsFolder(), 'profiles');
  await mkdir(folder, { recursive: true });
  for (const workload of options.workloads) {
    report(`profiling ${workload.name}`);
    for (const subject of measuredWith(options.subjects, workload)) {
      const processes = probed(world.probeFolder, subject.processes);
      for (const { pid } of processes) await askProbe(world.probeFolder, pid, '/profile/start');
      await runWorkload(world, { subject, workload, durationMs: options.durationMs });
      for (const { name, pid } of processes) {
        const profile = await askProbe(world.probeFolder, pid, '/profile/stop');
        const file = `${workload.name}.${subject.subject}-${subject.profile}.${name}.cpuprofile`;
        await writeFile(join(folder, file), profile);
      }
    }
  }
  report(`wrote profiles to ${folder}`);
}
