import type { Measurement } from '../measure.js';
import { WORKLOADS } from '../workload.js';
import { formatTables } from './format-table.js';
import { median, summarise } from './summarise.js';

const json = WORKLOADS.filter(({ name }) => name === 'json-closed');

function measurement(subject: string, round: number, cpuMs: number): Measurement {
  const load = {
    requests: 1_000,
    chunks: 0,
    errors: 0,
    firstError: undefined,
    elapsedMs: 2_000,
    latencyP50Ms: 1,
    latencyP99Ms: 9,
  };
  return { workload: 'json-closed', subject, round, cpuMs, cpuMsByProcess: { [subject]: cpuMs }, load };
}

describe('the report', () => {
  const rows = summarise(
    [100, 90, 500].flatMap((cpuMs, round) => [
      measurement('floor', round, cpuMs),
      measurement('split', round, cpuMs * 2),
    ]),
    json,
  );

  it('takes medians over the rounds, per request, as ratios to the floor', () => {
    expect(rows).toMatchObject([
      { subject: 'floor', cpuMs: 0.1, ratio: 1, perSecond: 500 },
      { subject: 'split', cpuMs: 0.2, ratio: 2, errors: 0 },
    ]);
  });

  it('is a table per workload', () => {
    expect(formatTables(rows, json).split('\n')).toEqual([
      '2 KB in, 1 KB out, 16 at a time (per request)',
      '       CPU µs  of floor  per s  p50 ms  p99 ms  errors  CPU µs by process',
      'floor     100     1.00x    500     1.0     9.0       0',
      'split     200     2.00x    500     1.0     9.0       0',
    ]);
  });

  it('knows the median of an even count', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });
});
