import type { ErrorCode } from '@switchyard/canonical';

/**
 * What is known of a scope that is not well: a credential, or one model of a credential. A scope without a record is
 * healthy. All times are milliseconds since 1970.
 */
export interface HealthRecord {
  /** As `healthScope` writes it. */
  readonly scope: string;
  /** `cooling` for what passes by itself; `parked` for what somebody has to mend, such as a refused key. */
  readonly state: 'cooling' | 'parked';
  /** The error that brought it here last. */
  readonly code: ErrorCode;
  /** When this state began. */
  readonly sinceMs: number;
  /** When one probe may find out whether it is well again; nothing else is sent before that succeeded. */
  readonly untilMs: number;
  /** Steps of the backoff that were taken: one for each window that ended in another failure. */
  readonly level: number;
}

/** A failure that counts against a scope. */
export interface HealthFailure {
  readonly scope: string;
  readonly state: HealthRecord['state'];
  readonly code: ErrorCode;
  /** The wait that the upstream asked for, in milliseconds. */
  readonly hintMs?: number | undefined;
  /** The first window without a hint; it doubles with each level. */
  readonly baseMs: number;
  /** No window is longer than this. */
  readonly capMs: number;
}

/** The scope of a credential as a whole, or of one of its models. */
export function healthScope(credentialId: string, model?: string): string {
  return model === undefined ? credentialId : `${credentialId}|${model}`;
}

/**
 * The record after a failure. A failure inside an open window only ever lengthens it: requests that were under way when
 * it opened tell nothing new, so the backoff takes one step for each window.
 */
export function afterFailure(previous: HealthRecord | undefined, failure: HealthFailure, nowMs: number): HealthRecord {
  const { scope, state, code, hintMs, baseMs, capMs } = failure;
  const isOpen = previous !== undefined && nowMs < previous.untilMs;
  const level = previous === undefined ? 0 : isOpen ? previous.level : previous.level + 1;
  const windowMs = Math.min(capMs, hintMs ?? baseMs * 2 ** Math.min(level, 20));
  return {
    scope,
    state: previous?.state === 'parked' && isOpen ? 'parked' : state,
    code,
    sinceMs: isOpen ? previous.sinceMs : nowMs,
    untilMs: Math.max(isOpen ? previous.untilMs : 0, nowMs + windowMs),
    level,
  };
}

/**
 * The record after a success of a request that was sent at `sentAtMs`. One that was under way when the window opened
 * tells nothing: an account at its limit still finishes what it began.
 */
export function afterSuccess(previous: HealthRecord | undefined, sentAtMs: number): HealthRecord | undefined {
  return previous !== undefined && previous.sinceMs > sentAtMs ? previous : undefined;
}

/** One record of two that replicas made apart from each other: the later window, and the higher level. */
export function mergeRecords(one: HealthRecord, other: HealthRecord): HealthRecord {
  const later = other.untilMs > one.untilMs ? other : one;
  const level = Math.max(one.level, other.level);
  return later.level === level ? later : { ...later, level };
}

/** A record is forgotten so long after its window; until then it keeps the backoff's level. In milliseconds. */
export const FORGOTTEN_AFTER_MS = 3_600_000;
