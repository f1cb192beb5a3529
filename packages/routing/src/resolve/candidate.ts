import { healthScope } from '../health/health-record.js';
import type { AttemptDeadlines } from '../snapshot/policies.js';
import type { RoutingCredential } from '../snapshot/snapshot.js';

/** One credential that can serve one upstream model. */
export interface Candidate {
  readonly credential: RoutingCredential;
  /** The upstream's name for the model. */
  readonly model: string;
  /** The health scope of this model of this credential; the credential's own scope is its id. */
  readonly scope: string;
  readonly thinking?: string | undefined;
  /** Tokens that input and output may have together, where known. */
  readonly contextLength?: number | undefined;
  /** The model's name that answers are to bear; undefined: whatever the upstream says. */
  readonly answerModel?: string | undefined;
  /** What the alias and its target say about waiting, before the credential's and the settings' own. */
  readonly deadlines?: Partial<AttemptDeadlines> | undefined;
}

/** A candidate with its scope filled in. */
export function candidateOf(facts: Omit<Candidate, 'scope'>): Candidate {
  return { ...facts, scope: healthScope(facts.credential.id, facts.model) };
}

/** What tells two candidates of a request apart: the same attempt, reached twice, is one. */
export function identityOf({ scope, thinking }: Candidate): string {
  return thinking === undefined ? scope : `${scope}|${thinking}`;
}
