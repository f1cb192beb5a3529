import { access, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

import { startProcess } from './start-process.js';

const INSTALL_TIMEOUT_MS = 180_000;

/** A program as npm provides it. */
export interface NpmProgram {
  readonly package: string;
  readonly version: string;
  /** The script to run, as a path within the package. */
  readonly script: string;
  /** Dependencies of it that must have these versions. */
  readonly overrides?: Readonly<Record<string, string>>;
}

export interface InstallPackageOptions {
  /** The folder for programs of this kind, within the cache. */
  readonly kind: string;
  readonly signal?: AbortSignal;
  /** Looks at the script before it counts as installed. Rejects where it is of no use. */
  check?(script: string): Promise<void>;
}

/**
 * Installs a program into the cache folder, unless it is there already, and returns its script. None of the package's own
 * scripts runs.
 *
 * @throws Error with npm's complaint.
 */
export async function installPackage(
  program: NpmProgram,
  { kind, signal, check }: InstallPackageOptions,
): Promise<string> {
  const root = join(process.env['SWITCHYARD_CACHE_DIR'] || join(homedir(), '.cache', 'switchyard'), kind);
  const pinned = Object.entries(program.overrides ?? {}).map(([name, version]) => `${name}-${version}`);
  const name = [`${program.package}-${program.version}`, ...pinned].join('-').replaceAll(/[@/]+/g, '-');
  const folder = join(root, name.slice(1));
  const scriptIn = (place: string): string => join(place, 'node_modules', program.package, program.script);
  const script = scriptIn(folder);
  if (await exists(script)) return script;
  await mkdir(root, { recursive: true });
  const work = await mkdtemp(`${folder}-`);
  try {
    await runNpm(program, { work, signal });
    await check?.(scriptIn(work));
    // Renamed only when whole, so that another process never sees half of it; that process may also have been faster.
    await rename(work, folder).catch(() => undefined);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return script;
}

async function runNpm(
  program: NpmProgram,
  { work, signal }: { readonly work: string; readonly signal: AbortSignal | undefined },
): Promise<void> {
  await writeFile(join(work, 'package.json'), JSON.stringify({ private: true, overrides: program.overrides }));
  const npm = await startProcess({
    command: 'npm',
    args: [
      'install',
      `${program.package}@${program.version}`,
      '--prefix=.',
      '--ignore-scripts',
      '--no-package-lock',
      '--no-audit',
      '--no-fund',
      '--no-update-notifier',
      '--loglevel=error',
      '--fetch-retries=1',
      '--fetch-retry-mintimeout=1000',
    ],
    env: process.env,
    cwd: work,
  });
  const late = AbortSignal.timeout(INSTALL_TIMEOUT_MS);
  const ended = signal === undefined ? late : AbortSignal.any([signal, late]);
  const kill = (): void => void npm.kill('SIGKILL', 0);
  ended.addEventListener('abort', kill);
  const { code } = await npm.waitForExit();
  ended.removeEventListener('abort', kill);
  if (code === 0) return;
  const complaint = `${npm.stderr()}\n${npm.stdout()}`.split('\n').find((line) => line.trim() !== '');
  throw new Error(`npm could not install ${program.package}: ${complaint ?? 'it said nothing'}`);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
