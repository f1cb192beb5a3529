import { GatewayError, type ErrorCode } from '@switchyard/canonical';

import { identityOf, type Candidate } from '../resolve/candidate.js';
import type { Standing } from './standing.js';

/** Why none of a name's candidates may be used now. */
export interface Outage {
  /** When the first of them may be tried again, in milliseconds since 1970. */
  readonly recoversAtMs: number;
  readonly credentials: readonly OutOfUse[];
}

export interface OutOfUse {
  readonly credentialId: string;
  readonly provider: string;
  /** The upstream's name for the model. */
  readonly model: string;
  readonly state: 'cooling' | 'parked';
  readonly code: ErrorCode;
  readonly untilMs: number;
}

// Its window has passed and another request is finding out whether it is well again.
const PROBE_MS = 1_000;

export function outageOf(out: ReadonlyMap<Candidate, Standing>, nowMs: number): Outage {
  const distinct = new Map([...out].map((entry) => [identityOf(entry[0]), entry]));
  const credentials = [...distinct.values()].flatMap(([candidate, { records }]) => {
    const last = records.toSorted((a, b) => b.untilMs - a.untilMs)[0];
    return last === undefined ? [] : [outOfUse(candidate, last, nowMs)];
  });
  return { recoversAtMs: Math.min(...credentials.map(({ untilMs }) => untilMs)), credentials };
}

function outOfUse(
  { credential, model }: Candidate,
  { state, code, untilMs }: Standing['records'][number],
  nowMs: number,
): OutOfUse {
  const { id: credentialId, provider } = credential;
  return { credentialId, provider, model, state, code, untilMs: untilMs > nowMs ? untilMs : nowMs + PROBE_MS };
}

// A message is read by people and stands in logs.
const MOST_NAMED = 8;

/** The error for a client whose name has no usable candidate, with the reason of each credential and when to come back. */
export function outageError(model: string, { recoversAtMs, credentials }: Outage, nowMs: number): GatewayError {
  const retryAfterMs = Math.max(1, recoversAtMs - nowMs);
  const reasons = credentials.slice(0, MOST_NAMED).map(({ credentialId, provider, code, untilMs }) => {
    const seconds = Math.ceil(Math.max(0, untilMs - nowMs) / 1_000);
    return `${provider} ${credentialId}: ${code}, again in ${seconds} s`;
  });
  const more = credentials.length > MOST_NAMED ? `; and ${credentials.length - MOST_NAMED} more` : '';
  return new GatewayError(
    'all_cooling',
    `every credential for "${model}" is out of use: ${reasons.join('; ')}${more}`,
    { retryAfterMs },
  );
}
