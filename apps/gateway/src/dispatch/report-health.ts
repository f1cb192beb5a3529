import type { Operation } from '@switchyard/canonical';
import { failureOf, isSideOperation, showsHealth, type Candidate, type RoutingSettings } from '@switchyard/routing';
import type { HealthStore } from '@switchyard/shared-state';
import type { AttemptEnd } from '@switchyard/wire';

export interface HealthReport {
  readonly candidate: Candidate;
  readonly operation: Operation;
  /** When the attempt was sent, in milliseconds since 1970. */
  readonly sentAtMs: number;
}

/** Tells the others that a candidate answers. With the first content, since nothing but a probe is sent until then. */
export function reportContent(health: HealthStore, { candidate, operation, sentAtMs }: HealthReport): void {
  if (isSideOperation(operation)) return;
  health.succeeded(candidate.scope, sentAtMs);
  health.succeeded(candidate.credential.id, sentAtMs);
}

/**
 * Tells the others what the end of an attempt says of its candidate: what is left of its quota, and whether it failed by
 * a fault of its own. Returns whether something is held against it.
 */
export function reportEnd(
  health: HealthStore,
  report: HealthReport,
  facts: { readonly end: AttemptEnd; readonly settings: RoutingSettings },
): boolean {
  const { candidate, operation } = report;
  const { headroom, outcome, error } = facts.end;
  const { credential } = candidate;
  if (headroom !== undefined) {
    health.observe(credential.quotaScope === 'account' ? credential.id : candidate.scope, headroom);
  }
  if (outcome !== 'error' || error === undefined) return false;
  const failure = failureOf({ credential, model: candidate.model, operation, error }, facts.settings);
  if (failure !== undefined) health.failed(failure);
  else if (showsHealth(error)) reportContent(health, report);
  return failure !== undefined;
}
