import { createHash } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { runQuietly } from './run-quietly.mjs';
import { stamp } from './stamp.mjs';

const WORKSPACES = ['apps', 'packages'];
const SKIPPED = new Set(['node_modules', 'dist', 'generated', '__fixtures__', '.turbo', 'results']);

/**
 * Builds through turbo when a source is another than at the last build. turbo would find that out too, in half a
 * second; looking at the times of the files takes a few milliseconds.
 *
 * @param {string} root
 * @param {{ env: NodeJS.ProcessEnv, report: (line: string) => void }} options
 */
export async function ensureBuilt(root, { env, report }) {
  const folders = workspaceFolders(root);
  const sources = fingerprint(root, folders);
  const built = stamp(root, 'built');
  const isBuilt = folders.every((folder) => existsSync(join(folder, 'dist')));
  if (isBuilt && built.matches(sources)) return;

  const { ok, output } = await runQuietly({
    command: join(root, 'node_modules', '.bin', 'turbo'),
    args: [
      'run',
      'build',
      // All but the root, whose own scripts call turbo.
      ...['./apps/*', './packages/*', './bench'].map((folder) => `--filter=${folder}`),
      '--output-logs=errors-only',
      '--ui=stream',
    ],
    cwd: root,
    env: { ...env, TURBO_TELEMETRY_DISABLED: '1', TURBO_PRINT_VERSION_DISABLED: '1', DO_NOT_TRACK: '1' },
    title: 'building',
    report,
  });
  if (!ok) throw new Error(`${output.trimEnd()}\n\nThe build failed; the lines above say why.`);
  built.save(sources);
}

function workspaceFolders(root) {
  const nested = WORKSPACES.flatMap((name) => readdirSync(join(root, name)).map((child) => join(root, name, child)));
  return [...nested, join(root, 'bench')].filter((folder) => existsSync(join(folder, 'package.json')));
}

/** A digest of the paths, sizes and times of everything a build reads. */
function fingerprint(root, folders) {
  const hash = createHash('sha256');
  for (const file of ['tsconfig.base.json', 'turbo.json', 'pnpm-lock.yaml']) addFile(hash, join(root, file));
  for (const folder of folders) addFolder(hash, folder);
  return hash.digest('hex');
}

function addFolder(hash, folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !SKIPPED.has(entry.name)) addFolder(hash, path);
    if (entry.isFile() && !entry.name.endsWith('.test.ts')) addFile(hash, path);
  }
}

function addFile(hash, path) {
  const { size, mtimeMs } = statSync(path);
  hash.update(`${path}\0${size}\0${mtimeMs}\n`);
}
