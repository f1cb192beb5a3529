import type { ErrorCode } from '@switchyard/canonical';

import type { HealthRecord } from '../health/health-record.js';
import type { Candidate } from '../resolve/candidate.js';
import type { RoutingState } from './routing-state.js';

/**
 * What a candidate's health allows: `well`; `probe` where its window has passed and one request may find out; `out`
 * while the window is open.
 */
export interface Standing {
  readonly type: 'well' | 'probe' | 'out';
  /** What is held against it: of the credential, of this model of it, or of both. */
  readonly records: readonly HealthRecord[];
}

const WELL: Standing = { type: 'well', records: [] };

// What passes by itself and says nothing about a quota or an account.
const TRANSIENT: ReadonlySet<ErrorCode> = new Set([
  'upstream_overloaded',
  'upstream_server_error',
  'upstream_malformed',
  'upstream_truncated',
  'upstream_network_error',
  'upstream_timeout',
  'credential_unavailable',
]);

/** A candidate stands as the worse of its credential and its model does. */
export function standingOf(
  { credential, scope }: Pick<Candidate, 'credential' | 'scope'>,
  state: Pick<RoutingState, 'health'>,
  nowMs: number,
): Standing {
  const wide = state.health(credential.id);
  const narrow = state.health(scope);
  if (wide === undefined && narrow === undefined) return WELL;
  const records = [wide, narrow].filter((record) => record !== undefined);
  return { type: records.some(({ untilMs }) => nowMs < untilMs) ? 'out' : 'probe', records };
}

/** Whether nothing but transient errors is held against it. */
export function isTransient({ records }: Standing): boolean {
  return records.every(({ state, code }) => state === 'cooling' && TRANSIENT.has(code));
}

/** Takes the rights to probe what is held against a candidate; the narrower one only where the wider was granted. */
export function takeProbes({ records }: Standing, state: Pick<RoutingState, 'takeProbe'>): boolean {
  return records.every(({ scope }) => state.takeProbe(scope));
}
