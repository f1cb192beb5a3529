import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

import { repositoryFile } from '@switchyard/testkit';

import { report } from './progress.js';

/** Writes figures as JSON to `file`, and by default to bench/results under what they are and when they were taken. */
export async function saveFigures(
  figures: unknown,
  { name, file, now }: { readonly name: string; readonly file: string | undefined; readonly now: Date },
): Promise<void> {
  const path = file ?? join(resultsFolder(), `${name}-${now.toISOString().slice(0, 19).replaceAll(':', '-')}.json`);
  await mkdir(dirname(resolve(path)), { recursive: true });
  await writeFile(path, `${JSON.stringify(figures, null, 2)}\n`);
  report(`wrote ${path}`);
}

export function resultsFolder(): string {
  return repositoryFile('bench/results');
}
