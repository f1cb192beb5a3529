import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const STOP_WITHIN_MS = 10_000;

/**
 * Makes a data folder startable after its last owner was killed.
 *
 * A killed Node process leaves its server running, and a killed server leaves postmaster.pid, whose process id may by
 * now be somebody else's: Postgres then refuses to start ("lock file already exists").
 *
 * @throws when the owner is alive: two services must not share a data folder.
 */
export async function clearStaleServer(clusterFolder: string, ownerFile: string): Promise<void> {
  const lockFile = join(clusterFolder, 'postmaster.pid');
  const serverPid = readPid(lockFile);
  if (serverPid === undefined) return;
  const server = inspectProcess(serverPid);
  if (server === undefined || !server.command.includes(clusterFolder)) {
    rmSync(lockFile, { force: true });
    return;
  }
  // An orphan has been handed to init or a subreaper, so its parent is no longer the owner.
  const ownerPid = readPid(ownerFile);
  if (server.parentPid === ownerPid) {
    throw new Error(`the data folder ${clusterFolder} is in use by process ${ownerPid}: stop it, or use --data-dir`);
  }
  await stopProcess(serverPid);
}

/** Asks for a fast shutdown, then for an immediate one. Resolves when the process is gone. */
async function stopProcess(pid: number): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    process.kill(pid, signal);
    const deadline = Date.now() + STOP_WITHIN_MS;
    while (Date.now() < deadline) {
      if (inspectProcess(pid) === undefined) return;
      await sleep(20);
    }
  }
  throw new Error(`process ${pid}, left over from an earlier start, does not stop`);
}

function readPid(file: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(file, 'utf8'), 10);
    return Number.isSafeInteger(pid) && pid > 1 ? pid : undefined;
  } catch {
    return undefined;
  }
}

interface ProcessFacts {
  readonly parentPid: number;
  readonly command: string;
}

/** Undefined for a process that is gone or only waits to be reaped. */
function inspectProcess(pid: number): ProcessFacts | undefined {
  try {
    return process.platform === 'linux' ? inspectByProc(pid) : inspectByPs(pid);
  } catch {
    return undefined;
  }
}

function inspectByProc(pid: number): ProcessFacts | undefined {
  const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // "pid (name) state ppid …": the name may hold anything, so fields are counted from its closing bracket. (proc(5))
  const [state, parentPid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return state === 'Z' ? undefined : { parentPid: Number(parentPid), command };
}

function inspectByPs(pid: number): ProcessFacts | undefined {
  const line = execFileSync('ps', ['-o', 'ppid=,command=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  const [parentPid] = line.split(/\s+/, 1);
  return { parentPid: Number(parentPid), command: line };
}
