import { readFileSync, readdirSync } from 'node:fs';

// USER_HZ, which /proc counts in, is 100 on every Linux that Node runs on. (proc(5), sysconf(_SC_CLK_TCK))
const MS_PER_TICK = 10;

interface ProcessStat {
  readonly pid: number;
  readonly parentPid: number;
  /** Own time, and that of children that have ended. */
  readonly cpuMs: number;
}

/** The CPU time, in milliseconds, that a process and all its descendants have used so far. */
export function processTreeCpuMs(rootPid: number): number {
  return treeOf(allProcesses(), rootPid).reduce((sum, { cpuMs }) => sum + cpuMs, 0);
}

/** The ids of a process and all its descendants. */
export function processTree(rootPid: number): readonly number[] {
  return treeOf(allProcesses(), rootPid).map(({ pid }) => pid);
}

function allProcesses(): readonly ProcessStat[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readStat(Number(name)));
}

/** A process and its descendants. */
export function treeOf(processes: readonly ProcessStat[], rootPid: number): readonly ProcessStat[] {
  const children = processes.filter(({ parentPid }) => parentPid === rootPid);
  return [
    ...processes.filter(({ pid }) => pid === rootPid),
    ...children.flatMap((child) => treeOf(processes, child.pid)),
  ];
}

function readStat(pid: number): readonly ProcessStat[] {
  try {
    return [parseStat(pid, readFileSync(`/proc/${pid}/stat`, 'utf8'))];
  } catch {
    // It ended since the folder was listed.
    return [];
  }
}

/** Reads a line of /proc/PID/stat. The name in it, in parentheses, may hold spaces and parentheses of its own. */
export function parseStat(pid: number, line: string): ProcessStat {
  // From the third field of proc(5) on: state, ppid, ...; utime, stime, cutime and cstime are the 14th to 17th.
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  const ticks = [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]), 0);
  return { pid, parentPid: Number(fields[1]), cpuMs: ticks * MS_PER_TICK };
}
