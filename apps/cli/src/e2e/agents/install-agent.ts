import { access, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

import { startProcess, type ProcessExit, type RunningProcess } from '@switchyard/testkit';

/** A command-line agent as npm provides it. */
export interface AgentPackage {
  readonly package: string;
  readonly version: string;
  /** The script to run, as a path within the package. */
  readonly script: string;
}

export type Installation =
  | { readonly type: 'installed'; readonly script: string }
  /** The agent cannot be had on this machine, for the reason given. */
  | { readonly type: 'missing'; readonly reason: string };

const INSTALL_TIMEOUT_MS = 180_000;
const VERSION_TIMEOUT_MS = 30_000;

/**
 * Installs an agent into the cache folder beside the repository's own, unless it is there already. No install script runs:
 * all these agents come with what they need.
 */
export async function installAgent(agent: AgentPackage): Promise<Installation> {
  const folder = join(cacheFolder(), 'agents', `${agent.package}-${agent.version}`.replaceAll(/[@/]+/g, '-').slice(1));
  const script = join(folder, 'node_modules', agent.package, agent.script);
  if (await exists(script)) return { type: 'installed', script };
  await mkdir(join(cacheFolder(), 'agents'), { recursive: true });
  const work = await mkdtemp(`${folder}-`);
  try {
    await fetchPackage(agent, work);
    await checkVersion(agent, work);
    // Renamed only when whole, so that another process never sees half of it; that process may also have been faster.
    await rename(work, folder).catch(() => undefined);
    return { type: 'installed', script };
  } catch (error) {
    return { type: 'missing', reason: error instanceof Error ? error.message : String(error) };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function fetchPackage(agent: AgentPackage, work: string): Promise<void> {
  await writeFile(join(work, 'package.json'), '{"private":true}');
  const npm = await startProcess({
    command: 'npm',
    args: [
      'install',
      `${agent.package}@${agent.version}`,
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
  const { code } = await exitWithin(npm, INSTALL_TIMEOUT_MS);
  if (code !== 0) throw new Error(`npm could not install it: ${firstComplaint(npm)}`);
}

/** What is particular to the platform is optional to npm: it says nothing when that could not be fetched. */
async function checkVersion(agent: AgentPackage, work: string): Promise<void> {
  const started = await startProcess({
    command: process.execPath,
    args: [join(work, 'node_modules', agent.package, agent.script), '--version'],
    env: { PATH: process.env['PATH'], HOME: work },
    cwd: work,
  });
  const { code } = await exitWithin(started, VERSION_TIMEOUT_MS);
  if (code !== 0 || !started.stdout().includes(agent.version))
    throw new Error(`it does not run: ${firstComplaint(started)}`);
}

/** Waits for the end of a process, and ends it when it takes longer. */
export async function exitWithin(started: RunningProcess, timeoutMs: number): Promise<ProcessExit> {
  const timer = setTimeout(() => void started.kill('SIGKILL', 0), timeoutMs);
  try {
    return await started.waitForExit();
  } finally {
    clearTimeout(timer);
  }
}

function firstComplaint(ended: RunningProcess): string {
  const lines = `${ended.stderr()}\n${ended.stdout()}`.split('\n');
  return lines.find((line) => line.trim() !== '') ?? 'it said nothing';
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function cacheFolder(): string {
  return process.env['SWITCHYARD_CACHE_DIR'] || join(homedir(), '.cache', 'switchyard');
}
