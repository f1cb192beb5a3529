import type { Headroom } from '@switchyard/canonical';
import { FORGOTTEN_AFTER_MS, type HealthRecord } from '@switchyard/routing';

import type { HealthListener } from './health-store.js';

// The longest quotas that headers tell of renew within minutes; a day's quota is told again by the next answer.
const HEADROOM_KEPT_MS = 3_600_000;

/** What one process knows of all scopes. Bounded: the oldest change gives way. */
export class HealthMemory {
  readonly #records = new Map<string, HealthRecord>();
  readonly #headrooms = new Map<string, Headroom>();
  readonly #listeners = new Set<HealthListener>();
  readonly #maxScopes: number;

  constructor(maxScopes: number) {
    this.#maxScopes = maxScopes;
  }

  get records(): ReadonlyMap<string, HealthRecord> {
    return this.#records;
  }

  get headrooms(): ReadonlyMap<string, Headroom> {
    return this.#headrooms;
  }

  get isBlank(): boolean {
    return this.#records.size === 0 && this.#headrooms.size === 0;
  }

  listen(listener: HealthListener): void {
    this.#listeners.add(listener);
  }

  /** Keeps a record, or undefined for a scope that is well, and tells the listeners where that is news. */
  set(scope: string, record: HealthRecord | undefined): void {
    const previous = this.#records.get(scope);
    if (record === previous || isSame(previous, record)) return;
    this.#records.delete(scope);
    if (record !== undefined) {
      if (this.#records.size >= this.#maxScopes) this.#evict();
      this.#records.set(scope, record);
    }
    this.#tell(scope, record);
  }

  /** Keeps an observation unless it has one as new. Returns whether it did. */
  observe(scope: string, headroom: Headroom, nowMs: number): boolean {
    const previous = this.#headrooms.get(scope);
    if (previous !== undefined && !isNewer(headroom, previous, nowMs)) return false;
    this.#headrooms.delete(scope);
    if (this.#headrooms.size >= this.#maxScopes) deleteFirst(this.#headrooms);
    this.#headrooms.set(scope, headroom);
    return true;
  }

  forgetCredential(credentialId: string): void {
    for (const scope of this.#records.keys()) if (isOf(credentialId, scope)) this.set(scope, undefined);
    for (const scope of this.#headrooms.keys()) if (isOf(credentialId, scope)) this.#headrooms.delete(scope);
  }

  /** Drops what is too old to tell anything. */
  sweep(nowMs: number): void {
    for (const [scope, { untilMs }] of this.#records) {
      if (untilMs + FORGOTTEN_AFTER_MS < nowMs) this.set(scope, undefined);
    }
    for (const [scope, { observedAtMs }] of this.#headrooms) {
      if (observedAtMs + HEADROOM_KEPT_MS < nowMs) this.#headrooms.delete(scope);
    }
  }

  /** Anyone can invent names of models, so records of names that were not found give way before all others. */
  #evict(): void {
    const scope = firstUnknown(this.#records) ?? this.#records.keys().next().value;
    if (scope === undefined) return;
    this.#records.delete(scope);
    this.#tell(scope, undefined);
  }

  #tell(scope: string, record: HealthRecord | undefined): void {
    for (const listener of this.#listeners) listener(scope, record);
  }
}

/** Whether a scope is a credential or one of its models. */
export function isOf(credentialId: string, scope: string): boolean {
  return scope === credentialId || scope.startsWith(`${credentialId}|`);
}

/** A time to come is some clock's error, and must not hold up what is observed until then. */
function isNewer(next: Headroom, previous: Headroom, nowMs: number): boolean {
  return next.observedAtMs > previous.observedAtMs || previous.observedAtMs > nowMs;
}

function isSame(one: HealthRecord | undefined, other: HealthRecord | undefined): boolean {
  return (
    one !== undefined &&
    other !== undefined &&
    one.untilMs === other.untilMs &&
    one.sinceMs === other.sinceMs &&
    one.level === other.level &&
    one.code === other.code &&
    one.state === other.state
  );
}

function firstUnknown(records: ReadonlyMap<string, HealthRecord>): string | undefined {
  for (const [scope, { code }] of records) if (code === 'upstream_model_not_found') return scope;
  return undefined;
}

export function deleteFirst(map: Map<string, unknown>): void {
  const [first] = map.keys();
  if (first !== undefined) map.delete(first);
}
