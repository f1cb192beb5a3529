import { verdictsOf } from '../report/verdicts.js';
import type { ServiceSample } from './service-sample.js';
import { summariseSoak, type SoakRun } from './summarise-soak.js';

const HOUR = 3_600_000;
const COUNTS = { sent: 9_000, good: 8_000, aborted: 450, told: 40, unexpected: 0, faults: 450, madeUpFor: 410 };

function look(service: string, what: Partial<ServiceSample> = {}): ServiceSample {
  return { service, atMs: 0, rssMb: 200, heapMb: 50, sockets: 8, handles: 20, ...what };
}

/** An hour of looks at a gateway and Redis, of which each grows by so much. */
function runWith(what: Partial<SoakRun> & { readonly growthMb?: number }): SoakRun {
  const { growthMb = 0, elapsedMs = HOUR, ...rest } = what;
  const samples = Array.from({ length: 360 }, (_, index) => {
    const rssMb = 200 + (growthMb * index) / 300;
    const atMs = (index * elapsedMs) / 360;
    return [look('gateway', { atMs, rssMb }), look('redis', { atMs, rssMb, heapMb: null, handles: null })];
  }).flat();
  return {
    subject: { subject: 'split', profile: 'policy' },
    elapsedMs,
    counts: COUNTS,
    problems: [],
    start: [look('gateway'), look('redis', { heapMb: null, handles: null })],
    end: [look('gateway'), look('redis', { heapMb: null, handles: null })],
    samples,
    leasesLeft: 0,
    ...rest,
  };
}

const missed = (run: SoakRun): readonly string[] =>
  verdictsOf(summariseSoak([run]).bounds)
    .filter(({ met }) => !met)
    .map(({ budget }) => budget);

describe('the summary of a soak', () => {
  it('finds nothing where nothing is', () => {
    const { rows, notes = [], bounds, isTest } = summariseSoak([runWith({})]);
    expect(isTest).toBe(true);
    expect(verdictsOf(bounds).map(({ budget }) => budget)).toEqual([
      'split, policy: errors that nobody asked for',
      'split, policy: leases left',
      'split, policy: sockets of gateway in the end',
      'split, policy: growth of gateway',
    ]);
    expect(missed(runWith({}))).toEqual([]);
    expect(rows.map(({ found }) => found).slice(0, 2)).toEqual(['does not grow', 'keeps data']);
    expect(notes[0]).toBe(
      '9000 requests in 60.0 min: 450 aborted, 450 faults of the upstream (410 made up for, 40 told), ' +
        '0 errors that nobody asked for',
    );
  });

  it('holds growth against a service, but not against what keeps data', () => {
    expect(missed(runWith({ growthMb: 30 }))).toEqual(['split, policy: growth of gateway']);
    expect(summariseSoak([runWith({ growthMb: 30 })]).rows[0]?.['found']).toBe('GROWS');
    expect(missed(runWith({ growthMb: 8 }))).toEqual([]);
  });

  it('does not judge the memory of a short run', () => {
    const short = runWith({ growthMb: 300, elapsedMs: 120_000 });
    expect(missed(short)).toEqual([]);
    expect(summariseSoak([short]).rows[0]?.['found']).toBe('too short to tell');
  });

  it('counts what is left behind, and errors that nobody asked for', () => {
    const end = [look('gateway', { sockets: 11 }), look('redis')];
    const run = runWith({
      end,
      leasesLeft: 3,
      counts: { ...COUNTS, unexpected: 1 },
      problems: ['no fault: status 502'],
    });
    expect(missed(run)).toEqual([
      'split, policy: errors that nobody asked for',
      'split, policy: leases left',
      'split, policy: sockets of gateway in the end',
    ]);
    expect(summariseSoak([run]).notes?.at(-1)).toBe('  no fault: status 502');
  });
});
