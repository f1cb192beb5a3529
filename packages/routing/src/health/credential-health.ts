import type { ErrorCode } from '@switchyard/canonical';

import type { Availability } from './availability.js';
import type { HealthRecord } from './health-record.js';

/** `model-cooling`: some of its models are left alone. */
export type CredentialState = 'healthy' | 'model-cooling' | 'cooling' | 'parked';

/** Something held against a credential, for people: times in ISO 8601. */
export interface Held {
  /** The upstream's name for the model; absent where it is held against the credential as a whole. */
  readonly model?: string | undefined;
  readonly state: Exclude<Availability, 'available'>;
  /** The error that brought it here last. */
  readonly reason: ErrorCode;
  readonly since: string;
  /** When one probe may find out whether it is well again. */
  readonly until: string;
}

export interface CredentialHealth {
  readonly state: CredentialState;
  /** What concerns the credential as a whole comes first. */
  readonly held: readonly Held[];
}

export const HEALTHY: CredentialHealth = { state: 'healthy', held: [] };

/** The health of each credential that is not well, by its id. */
export function credentialHealth(
  records: Iterable<HealthRecord>,
  nowMs: number,
): ReadonlyMap<string, CredentialHealth> {
  const held = new Map<string, Held[]>();
  for (const record of records) {
    const bar = record.scope.indexOf('|');
    const id = bar === -1 ? record.scope : record.scope.slice(0, bar);
    const known = held.get(id) ?? [];
    held.set(id, known);
    if (bar === -1) known.unshift(heldBy(record, nowMs));
    else known.push({ model: record.scope.slice(bar + 1), ...heldBy(record, nowMs) });
  }
  return new Map([...held].map(([id, all]) => [id, { state: stateOf(all), held: all }]));
}

function heldBy({ code, sinceMs, untilMs, state }: HealthRecord, nowMs: number): Held {
  return {
    state: nowMs < untilMs ? state : 'probe-due',
    reason: code,
    since: new Date(sinceMs).toISOString(),
    until: new Date(untilMs).toISOString(),
  };
}

function stateOf([first]: readonly Held[]): CredentialState {
  if (first === undefined) return 'healthy';
  if (first.model !== undefined) return 'model-cooling';
  return first.state === 'parked' ? 'parked' : 'cooling';
}
