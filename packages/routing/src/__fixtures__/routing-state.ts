import type { Headroom } from '@switchyard/canonical';

import type { RoutingState } from '../choose/routing-state.js';
import { healthScope, type HealthRecord } from '../health/health-record.js';
import { LoadBook } from '../load/load-book.js';
import { PriceBook } from '../load/price-book.js';
import { Turns } from '../load/turns.js';
import { candidateOf, type Candidate } from '../resolve/candidate.js';
import type { Resolution } from '../resolve/resolve.js';
import type { RoutingCredential } from '../snapshot/snapshot.js';
import { credentialOf } from './snapshot-builder.js';

/** What a test knows of the world, and may change. */
export interface TestState extends RoutingState {
  readonly records: Map<string, HealthRecord>;
  readonly headrooms: Map<string, Headroom>;
  /** Scopes whose probe is free; taking it takes it away. */
  readonly probes: Set<string>;
  readonly asked: string[];
}

export function stateOf(facts: Partial<Pick<RoutingState, 'prices' | 'replicas'>> = {}): TestState {
  const records = new Map<string, HealthRecord>();
  const headrooms = new Map<string, Headroom>();
  const probes = new Set<string>();
  const asked: string[] = [];
  return {
    records,
    headrooms,
    probes,
    asked,
    health: (scope) => records.get(scope),
    headroom: (scope) => headrooms.get(scope),
    takeProbe: (scope) => {
      asked.push(scope);
      return probes.delete(scope);
    },
    loads: new LoadBook(),
    turns: new Turns(),
    prices: new PriceBook(),
    replicas: 1,
    ...facts,
  };
}

/** A record that holds from 0 until a moment, unless told otherwise. */
export function recordOf(facts: Partial<HealthRecord> & Pick<HealthRecord, 'scope' | 'untilMs'>): HealthRecord {
  return { state: 'cooling', code: 'upstream_rate_limited', sinceMs: 0, level: 0, ...facts };
}

/** A candidate for the model `m` of a credential with this id. */
export function candidate(id: string, facts: Partial<RoutingCredential> & Partial<Omit<Candidate, 'credential'>> = {}): Candidate {
  const { model = 'm', thinking, contextLength, ...credential } = facts;
  return candidateOf({ credential: credentialOf({ id, ...credential }), model, thinking, contextLength });
}

/** The scope of `candidate(id)`. */
export function scopeOf(id: string, model = 'm'): string {
  return healthScope(id, model);
}

/** A plain name with one target, or, where several lists are given, an alias with as many. */
export function resolutionOf(...targets: readonly (readonly Candidate[])[]): Resolution {
  const made = targets.map((candidates, index) => ({ name: `t${index}`, candidates }));
  if (made.length < 2) return { model: 'm', targets: made };
  return { model: 'm', targets: made, alias: { name: 'm', targets: made.map(({ name }) => ({ model: name, weight: 1 })) } };
}

export function idsOf(candidates: readonly Candidate[]): string {
  return candidates.map(({ credential }) => credential.id).join(' ');
}
