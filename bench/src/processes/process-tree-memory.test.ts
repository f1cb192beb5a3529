import { parseRssMb, processTreeRssMb } from './process-tree-memory.js';

describe('the memory of processes', () => {
  it('is read in megabytes', () => {
    expect(parseRssMb('Name:\tnode\nVmHWM:\t  200000 kB\nVmRSS:\t  125000 kB\nThreads:\t7\n')).toBe(128);
    expect(parseRssMb('Name:\tkthreadd\n')).toBe(0);
  });

  it('is about what this process says of itself', () => {
    const own = process.memoryUsage().rss / 1_000_000;
    expect(processTreeRssMb(process.pid)).toBeGreaterThan(own * 0.5);
  });
});
