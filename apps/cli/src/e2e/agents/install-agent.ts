import { dirname } from 'node:path';

import {
  installPackage,
  startProcess,
  type NpmProgram,
  type ProcessExit,
  type RunningProcess,
} from '@switchyard/testkit';

export type Installation =
  | { readonly type: 'installed'; readonly script: string }
  /** The agent cannot be had on this machine, for the reason given. */
  | { readonly type: 'missing'; readonly reason: string };

const VERSION_TIMEOUT_MS = 30_000;

/**
 * Installs a command-line agent into the cache folder beside the repository's own, unless it is there already. No install
 * script runs: all these agents come with what they need.
 */
export async function installAgent(agent: NpmProgram): Promise<Installation> {
  try {
    const script = await installPackage(agent, {
      kind: 'agents',
      check: (fetched) => checkVersion(fetched, agent.version),
    });
    return { type: 'installed', script };
  } catch (error) {
    return { type: 'missing', reason: error instanceof Error ? error.message : String(error) };
  }
}

/** What is particular to the platform is optional to npm: it says nothing when that could not be fetched. */
async function checkVersion(script: string, version: string): Promise<void> {
  const cwd = dirname(script);
  const started = await startProcess({
    command: process.execPath,
    args: [script, '--version'],
    env: { PATH: process.env['PATH'], HOME: cwd },
    cwd,
  });
  const { code } = await exitWithin(started, VERSION_TIMEOUT_MS);
  if (code !== 0 || !started.stdout().includes(version)) throw new Error(`it does not run: ${firstComplaint(started)}`);
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
