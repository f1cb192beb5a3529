import type { Measurement } from '../measure.js';
import type { SubjectId } from '../subjects/subject.js';
import { WORKLOADS } from '../workload.js';
import { budgetsOf } from './budgets.js';
import { formatRows } from './format-rows.js';
import { median, summarise } from './summarise.js';

const small = WORKLOADS.filter(({ name }) => name === '2k');
const FLOOR: SubjectId = { subject: 'floor', profile: 'bare' };
const SPLIT: SubjectId = { subject: 'split', profile: 'policy' };

function measurement(id: SubjectId, round: number, cpuMsByProcess: Readonly<Record<string, number>>): Measurement {
  const load = {
    requests: 1_000,
    chunks: 0,
    errors: 0,
    elapsedMs: 2_000,
    answerMs: { p50: 1, p99: 9 },
    firstTokenMs: {},
    chunkMs: {},
    late: 0,
    merged: 0,
    lost: 0,
  };
  const cpuMs = Object.values(cpuMsByProcess).reduce((sum, value) => sum + value, 0);
  return { ...id, workload: '2k', round, cpuMs, cpuMsByProcess, rssMb: cpuMs > 0 ? 100 : 0, load };
}

describe('the report', () => {
  // The second round fell on a slow moment, which doubled everything.
  const measurements = [100, 200, 90].flatMap((cpuMs, round) => [
    measurement({ subject: 'direct', profile: 'bare' }, round, {}),
    measurement(FLOOR, round, { floor: cpuMs }),
    measurement(SPLIT, round, { gateway: cpuMs * 2, worker: cpuMs }),
    measurement({ subject: 'portkey', profile: 'bare' }, round, { portkey: cpuMs * 12 }),
  ]);
  const rows = summarise(measurements, small);

  it('takes medians over the rounds, per request, and ratios within them', () => {
    expect(rows).toEqual([
      {
        subject: 'direct',
        profile: 'bare',
        workload: '2k',
        cpuMs: null,
        ratioToFloor: null,
        ratioToPortkey: null,
        p50Ms: 1,
        p99Ms: 9,
        ttftP99Ms: null,
        rssMb: null,
        redisCommandsPerRequest: null,
      },
      expect.objectContaining({ subject: 'floor', cpuMs: 0.1, ratioToFloor: 1, rssMb: 100 }),
      expect.objectContaining({ subject: 'split', cpuMs: 0.3, ratioToPortkey: 0.25 }),
      expect.objectContaining({ subject: 'portkey', cpuMs: 1.2, ratioToPortkey: 1 }),
    ]);
    expect(rows[2]?.ratioToFloor).toBeCloseTo(3);
  });

  it('holds a row to its budgets', () => {
    const split = rows.filter(({ subject }) => subject === 'split');
    expect(split.flatMap(budgetsOf)).toEqual([
      expect.objectContaining({ bound: 2.6, unit: 'x', met: false, missedBy: expect.closeTo(0.154, 3) }),
      expect.objectContaining({ bound: 1 / 6, unit: 'P', met: false, missedBy: expect.closeTo(0.5) }),
    ]);
  });

  it('is one table', () => {
    const shown = formatRows(rows, { workloads: small, measurements });
    expect(shown.split('\n').slice(0, 7)).toEqual([
      '                 CPU µs  of floor  of Portkey  p50 ms  p99 ms  TTFT p99  RSS MB  errors  budget                                         CPU µs by process',
      '',
      '2k: 2 KB in, 1 KB out, 16 at a time; CPU per request',
      '  direct              -         -           -     1.0     9.0         -       -       0',
      '  floor             100     1.00x       0.08x     1.0     9.0         -     100       0',
      '  split, policy     300     3.00x       0.25x     1.0     9.0         -     100       0  ≤ 2.6 MISSED by 15 %, ≤ 0.17 P MISSED by 50 %  gateway 200, worker 100',
      '  portkey          1200    12.00x       1.00x     1.0     9.0         -     100       0',
    ]);
  });

  it('marks every row of a quick run', () => {
    const lines = formatRows(rows, { workloads: small, measurements, quick: true }).split('\n');
    expect(lines.filter((line) => line.startsWith('  ~ '))).toHaveLength(rows.length);
    expect(lines.at(-1)).toMatch(/^~ .*quoted/);
  });

  it('knows the median of an even count', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });
});
