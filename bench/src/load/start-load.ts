import { join } from 'node:path';

import { startProcess } from '@switchyard/testkit';

import type { LoadJob, LoadResult } from './job.js';

/** Runs the load generator to its end. */
export async function load(job: LoadJob): Promise<LoadResult> {
  const running = await startProcess({
    command: process.execPath,
    args: [join(import.meta.dirname, 'load-process.js'), JSON.stringify(job)],
  });
  const { code } = await running.waitForExit();
  if (code !== 0) throw new Error(`the load generator failed:\n${running.stderr()}`);
  const result: LoadResult = JSON.parse(running.stdout());
  return result;
}
