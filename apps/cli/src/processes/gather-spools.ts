import { mkdir, readdir, rename, rmdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { ProcessPlace } from './process-place.js';

/** Where a process keeps usage records that wait for Redis: a folder belongs to one process at a time. */
export function spoolFolder(dataDir: string, place: number): string {
  return join(dataDir, place === 1 ? 'usage' : `usage-${place}`);
}

/** Lets the first process send what those left that are no more, where there were more of them before. */
export async function gatherSpools(dataDir: string, { place, count }: ProcessPlace): Promise<void> {
  if (place !== 1) return;
  const own = spoolFolder(dataDir, place);
  for (const name of await readdir(dataDir)) {
    const left = Number(/^usage-(\d+)$/.exec(name)?.[1] ?? 0);
    if (left <= count) continue;
    await mkdir(own, { recursive: true, mode: 0o700 });
    const folder = join(dataDir, name);
    // The name of a file is its own in every folder.
    for (const file of await readdir(folder)) await rename(join(folder, file), join(own, file));
    await rmdir(folder);
  }
}
