import { ERROR_CODES, type ErrorCode, type ErrorScope, type Operation } from '@switchyard/canonical';

import type { ErrorRule } from '../snapshot/policies.js';
import type { RoutingCredential, RoutingSettings } from '../snapshot/snapshot.js';
import { healthScope, type HealthFailure } from './health-record.js';

/** What is known of an attempt that failed. */
export interface FailedAttempt {
  readonly credential: Pick<RoutingCredential, 'id' | 'quotaScope' | 'disableCooling'>;
  /** The upstream's name for the model. */
  readonly model: string;
  readonly operation: Operation;
  readonly error: {
    readonly code: ErrorCode;
    readonly retryAfterMs?: number | undefined;
    /** Whose doing it is, where the answer says more than the code does. */
    readonly scope?: ErrorScope | undefined;
    /** What the operator's own rules say of this error. */
    readonly rule?: ErrorRule['action'] | undefined;
  };
}

export type CoolingSettings = Pick<RoutingSettings, 'maxCooldownMs' | 'transientCooldownMs' | 'disableCooling'>;

/** What a kind of error does: to whom, in which state, and how its windows grow. */
interface Consequence {
  readonly state: HealthFailure['state'];
  readonly subject: 'credential' | 'model';
  readonly baseMs: number;
  readonly capMs: number;
}

const MAX_COOLDOWN_MS = 15 * 60_000;

// A refused key or an empty account is mended by somebody, in minutes at the soonest.
const PARKED_MS = 5 * 60_000;

const RATE_LIMIT_MS = 1000;

// Most single 500s and resets are over with the next call, and with few credentials a long window turns one bad answer
// into an outage. One second stops the rush; what stays broken fails its probe, and each such window doubles.
const TRANSIENT_MS = 1000;

// A provider that came back after a long outage is used again within a minute.
const TRANSIENT_CAP_MS = 60_000;

/**
 * What a failed attempt counts against, or undefined where it counts against nobody: the request was at fault, or we
 * were. A wait that the upstream asked for is honoured up to the operator's longest cooldown.
 */
export function failureOf(attempt: FailedAttempt, settings: CoolingSettings): HealthFailure | undefined {
  const { credential, model, error } = attempt;
  if (credential.disableCooling ?? settings.disableCooling ?? false) return undefined;
  if (error.rule === 'stop' || error.rule === 'continue') return undefined;

  const consequence = consequenceOf(attempt, settings);
  if (consequence === undefined || !countsFor(attempt, consequence)) return undefined;

  const maxMs = settings.maxCooldownMs ?? MAX_COOLDOWN_MS;
  const hintMs = hintOf(error.retryAfterMs);
  return {
    scope: consequence.subject === 'credential' ? credential.id : healthScope(credential.id, model),
    state: consequence.state,
    code: error.code,
    hintMs,
    baseMs: Math.min(consequence.baseMs, maxMs),
    capMs: hintMs === undefined ? Math.min(consequence.capMs, maxMs) : maxMs,
  };
}

/**
 * Operations that call a chat model without being a chat. A gateway in between often lacks their path, and they are slow
 * or broken by themselves, so they say nothing about a chat with the model: neither their transient failures nor their
 * successes count. A refused credential is refused, though, and a rate limit is one; but that of counting tokens, which
 * Anthropic keeps apart from that of messages.
 */
export function isSideOperation(operation: Operation): boolean {
  return operation === 'count-tokens' || operation === 'responses-compact';
}

/**
 * Whether an error shows that the upstream works: it accepted the credential, knew the model, and judged the request. For
 * a probe this is as good as a success.
 */
export function showsHealth(error: FailedAttempt['error']): boolean {
  return scopeOf(error) === 'request' && error.code.startsWith('upstream_');
}

function scopeOf(error: FailedAttempt['error']): ErrorScope {
  return error.scope ?? ERROR_CODES[error.code].scope;
}

function consequenceOf(attempt: FailedAttempt, settings: CoolingSettings): Consequence | undefined {
  const { error } = attempt;
  const isOrdered = error.rule !== undefined;
  const scope = scopeOf(error);
  if (!isOrdered && (scope === 'client' || scope === 'request')) return undefined;
  return ofCode(attempt, settings) ?? (isOrdered ? transient(error, TRANSIENT_MS) : undefined);
}

function ofCode({ credential, error }: FailedAttempt, settings: CoolingSettings): Consequence | undefined {
  switch (error.code) {
    case 'upstream_auth_failed':
    case 'upstream_payment_required':
      // Some keys are refused for one model only, and the answer says so.
      return parked(error.scope === 'model' ? 'model' : 'credential', PARKED_MS);
    case 'upstream_model_not_found':
      return parked('model', Number.POSITIVE_INFINITY);
    case 'upstream_rate_limited': {
      const isAccountWide =
        error.scope === 'credential' || (error.scope === undefined && credential.quotaScope === 'account');
      return {
        state: 'cooling',
        subject: isAccountWide ? 'credential' : 'model',
        baseMs: RATE_LIMIT_MS,
        capMs: Number.POSITIVE_INFINITY,
      };
    }
    case 'credential_unavailable':
      // Mostly a worker whose snapshot is a moment behind the gateway's.
      return { state: 'cooling', subject: 'credential', baseMs: TRANSIENT_MS, capMs: TRANSIENT_CAP_MS };
    case 'upstream_overloaded':
    case 'upstream_server_error':
    case 'upstream_malformed':
    case 'upstream_truncated':
    case 'upstream_network_error':
    case 'upstream_timeout':
      return ofTransient(error, settings);
    default:
      return undefined;
  }
}

function parked(subject: Consequence['subject'], baseMs: number): Consequence {
  return { state: 'parked', subject, baseMs, capMs: Number.POSITIVE_INFINITY };
}

/** A `transientCooldownMs` of 0 is the operator's word that transient errors do not cool. */
function ofTransient(error: FailedAttempt['error'], settings: CoolingSettings): Consequence | undefined {
  const baseMs = settings.transientCooldownMs ?? TRANSIENT_MS;
  return baseMs === 0 ? undefined : transient(error, baseMs);
}

function transient(error: FailedAttempt['error'], baseMs: number): Consequence {
  return {
    state: 'cooling',
    subject: error.scope === 'credential' ? 'credential' : 'model',
    baseMs,
    capMs: Math.max(baseMs, TRANSIENT_CAP_MS),
  };
}

function countsFor({ operation, error }: FailedAttempt, { state, subject }: Consequence): boolean {
  if (!isSideOperation(operation)) return true;
  if (error.code === 'upstream_rate_limited') return operation !== 'count-tokens';
  return state === 'parked' && subject === 'credential';
}

/** Whole milliseconds. No wait at all is no hint: taken at its word it would let a refused credential be asked in a loop. */
function hintOf(retryAfterMs: number | undefined): number | undefined {
  return retryAfterMs !== undefined && retryAfterMs > 0 ? Math.ceil(retryAfterMs) : undefined;
}
