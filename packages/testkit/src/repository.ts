import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The repository's root folder: the nearest one above this file that holds the workspace's list of packages. */
export function repositoryRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'pnpm-workspace.yaml'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`no workspace above ${import.meta.dirname}`);
    folder = parent;
  }
  return folder;
}

/** The absolute path of a file of the repository. */
export function repositoryFile(path: string): string {
  return join(repositoryRoot(), path);
}
