import fc from 'fast-check';

import { availability } from './availability.js';
import {
  afterFailure,
  afterSuccess,
  healthScope,
  mergeRecords,
  type HealthFailure,
  type HealthRecord,
} from './health-record.js';

const NOW = 1_790_000_000_000;

function failureOf(facts: Partial<HealthFailure> = {}): HealthFailure {
  return { scope: 'c|m', state: 'cooling', code: 'upstream_rate_limited', baseMs: 1000, capMs: 900_000, ...facts };
}

function recordOf(facts: Partial<HealthRecord> = {}): HealthRecord {
  return { ...afterFailure(undefined, failureOf(), NOW), ...facts };
}

describe('afterFailure', () => {
  it('takes one step of the backoff for each window, however many failures', () => {
    let record: HealthRecord | undefined;
    const windows: number[] = [];
    for (let nowMs = NOW; windows.length < 5; nowMs = record.untilMs) {
      for (let count = 0; count < 10; count += 1) record = afterFailure(record, failureOf(), nowMs);
      windows.push((record?.untilMs ?? 0) - nowMs);
      if (record === undefined) throw new Error('a failure leaves a record');
    }
    expect(windows).toEqual([1000, 2000, 4000, 8000, 16_000]);
  });

  it('never shortens a window', () => {
    const long = afterFailure(undefined, failureOf({ hintMs: 60_000 }), NOW);
    expect(afterFailure(long, failureOf({ hintMs: 1000 }), NOW + 10).untilMs).toBe(NOW + 60_000);
    expect(afterFailure(long, failureOf({ hintMs: 90_000 }), NOW + 10).untilMs).toBe(NOW + 90_010);
  });

  it('leaves a parked scope parked as long as its window is open', () => {
    const parked = afterFailure(undefined, failureOf({ state: 'parked' }), NOW);
    expect(afterFailure(parked, failureOf(), NOW + 10).state).toBe('parked');
    expect(afterFailure(parked, failureOf(), parked.untilMs).state).toBe('cooling');
  });
});

describe('afterSuccess', () => {
  it('ends what was held against a scope before the request was sent', () => {
    expect(afterSuccess(recordOf(), NOW)).toBeUndefined();
    expect(afterSuccess(recordOf(), NOW - 1)).toEqual(recordOf());
    expect(afterSuccess(undefined, NOW)).toBeUndefined();
  });
});

describe('mergeRecords', () => {
  const records = fc.record({ untilMs: fc.nat(), level: fc.nat() }).map((facts) => recordOf(facts));

  it('keeps the later window and the higher level, whichever side is asked', () => {
    fc.assert(
      fc.property(records, records, (one, other) => {
        const merged = mergeRecords(one, other);
        expect(merged.untilMs).toBe(Math.max(one.untilMs, other.untilMs));
        expect(merged.level).toBe(Math.max(one.level, other.level));
        expect(mergeRecords(merged, other)).toEqual(merged);
        expect(mergeRecords(other, one)).toMatchObject({ untilMs: merged.untilMs, level: merged.level });
      }),
    );
  });
});

describe('availability', () => {
  it.each<[string, HealthRecord | undefined, number]>([
    ['available', undefined, NOW],
    ['cooling', recordOf(), NOW],
    ['cooling', recordOf(), NOW + 999],
    ['probe-due', recordOf(), NOW + 1000],
    ['parked', recordOf({ state: 'parked' }), NOW + 999],
    ['probe-due', recordOf({ state: 'parked' }), NOW + 1000],
  ])('is %s', (expected, record, nowMs) => {
    expect(availability(record, nowMs)).toBe(expected);
  });
});

describe('healthScope', () => {
  it('names a credential, or one of its models', () => {
    expect([healthScope('c'), healthScope('c', 'anthropic/claude')]).toEqual(['c', 'c|anthropic/claude']);
  });
});
