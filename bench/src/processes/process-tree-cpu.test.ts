import { parseStat, processTreeCpuMs, treeOf } from './process-tree-cpu.js';

describe('the CPU time of processes', () => {
  it('is read past a name with spaces and parentheses', () => {
    const line = '42 (a b) c)) S 7 42 42 0 -1 4194560 100 0 0 0 150 50 20 5 20 0 11 0 1 2 3';
    expect(parseStat(42, line)).toEqual({ pid: 42, parentPid: 7, cpuMs: 2250 });
  });

  it('counts a process and its descendants, and no one else', () => {
    const processes = [
      { pid: 1, parentPid: 0, cpuMs: 1000 },
      { pid: 10, parentPid: 1, cpuMs: 5 },
      { pid: 11, parentPid: 10, cpuMs: 7 },
      { pid: 12, parentPid: 11, cpuMs: 9 },
      { pid: 20, parentPid: 1, cpuMs: 100 },
    ];
    expect(treeOf(processes, 10).map(({ pid }) => pid)).toEqual([10, 11, 12]);
  });

  it('grows while this process works', () => {
    const before = processTreeCpuMs(process.pid);
    const used = process.cpuUsage();
    while (process.cpuUsage(used).user < 60_000) Math.sqrt(2);
    expect(processTreeCpuMs(process.pid) - before).toBeGreaterThanOrEqual(30);
  });
});
