import { readFileSync } from 'node:fs';

import { processTree } from './process-tree-cpu.js';

/** The resident memory, in megabytes, of a process and all its descendants. Pages that they share count for each. */
export function processTreeRssMb(rootPid: number): number {
  return processTree(rootPid).reduce((sum, pid) => sum + rssMb(pid), 0);
}

function rssMb(pid: number): number {
  try {
    return parseRssMb(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    // It ended since the folder was listed.
    return 0;
  }
}

/** Reads `VmRSS` out of /proc/PID/status. (proc(5): in kB, which are 1024 bytes; absent for a kernel thread) */
export function parseRssMb(status: string): number {
  return (Number(status.match(/^VmRSS:\s+(\d+) kB$/m)?.[1] ?? 0) * 1_024) / 1_000_000;
}
