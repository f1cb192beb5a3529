import { join } from 'node:path';

import { startProcess } from '@switchyard/testkit';

import type { LoadJob, LoadResult } from './job.js';

/** The load generator's process. It stays from job to job, so that its own warming up falls on nobody. */
export interface LoadGenerator {
  run(job: LoadJob, signal: AbortSignal): Promise<LoadResult>;
  close(): Promise<unknown>;
}

// Answers that never come would hold a job for ever.
const GRACE_MS = 60_000;

export async function startLoadGenerator(): Promise<LoadGenerator> {
  const running = await startProcess({
    command: process.execPath,
    args: [join(import.meta.dirname, 'load-process.js')],
    readyPattern: /http:\S+/,
  });
  const url = running.stdout().trim();
  return {
    async run(job, signal) {
      const deadline = AbortSignal.timeout(job.durationMs + GRACE_MS);
      const response = await fetch(url, {
        method: 'POST',
        body: JSON.stringify(job),
        signal: AbortSignal.any([signal, deadline]),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`the load generator failed: ${text}\n${running.stderr()}`);
      const result: LoadResult = JSON.parse(text);
      return result;
    },
    close: () => running.kill(),
  };
}
