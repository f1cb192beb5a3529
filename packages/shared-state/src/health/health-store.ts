import type { Headroom } from '@switchyard/canonical';
import type { HealthFailure, HealthRecord } from '@switchyard/routing';

/**
 * The health and the headroom of all scopes, shared by every replica. Reads are of this process's memory and never wait;
 * reports return at once and are carried to the others behind the request's back. While Redis is away each replica goes
 * on with its own; when it is back they converge.
 */
export interface HealthStore {
  /** Undefined: healthy. */
  health(scope: string): HealthRecord | undefined;
  /** Every scope that is not healthy. */
  unhealthy(): Iterable<HealthRecord>;
  headroom(scope: string): Headroom | undefined;
  /** Whether nothing is known of any scope: none is unhealthy, and none has told of its headroom. */
  readonly isBlank: boolean;
  /** Counts a failure; this replica sees its effect at once. */
  failed(failure: HealthFailure): void;
  /**
   * A scope answered well: whatever was held against it is forgotten everywhere, unless that came up after the request
   * was sent (`sentAtMs`, since 1970; default now). Costs nothing for a healthy scope. To be told with the first content
   * rather than the last: until then nothing but the one probe is sent.
   */
  succeeded(scope: string, sentAtMs?: number): void;
  /** A newer observation replaces an older one. */
  observe(scope: string, headroom: Headroom): void;
  /**
   * Whether this caller may send the one probe of a scope whose window has passed. The right is won among all replicas
   * beforehand, in the background, and is handed out once. It ends with the next report on the scope, or by itself after
   * half a minute. Asking in vain is heard: the right is striven for again.
   */
  takeProbe(scope: string): boolean;
  /** Forgets everything held against a credential and its models, on every replica. @throws when Redis is away. */
  reset(credentialId: string): Promise<void>;
  /** Hears of every record that changed, with undefined for a scope that is well again. */
  onChange(listener: HealthListener): void;
  /** Whether this replica is on its own. */
  readonly isAlone: boolean;
  /** Whether it has yet to find out what the others hold: Redis has neither answered so far, nor failed. */
  readonly isJoining: boolean;
  close(): Promise<void>;
}

export type HealthListener = (scope: string, record: HealthRecord | undefined) => void;

export const DEFAULT_MAX_SCOPES = 10_000;
export const DEFAULT_PROBE_MS = 30_000;
