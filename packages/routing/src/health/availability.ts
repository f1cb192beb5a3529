import type { HealthRecord } from './health-record.js';

/**
 * Whether a scope may be asked: `available` freely, `probe-due` by whoever holds the right to its one probe, `cooling`
 * and `parked` not before their time has come.
 */
export type Availability = 'available' | 'cooling' | 'probe-due' | 'parked';

export function availability(record: HealthRecord | undefined, nowMs: number): Availability {
  if (record === undefined) return 'available';
  return nowMs < record.untilMs ? record.state : 'probe-due';
}
