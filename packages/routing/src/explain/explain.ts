import type { Operation } from '@switchyard/canonical';

import { choose, strategyOf, type Choice, type Verdict } from '../choose/choose.js';
import type { RoutingState } from '../choose/routing-state.js';
import { serves, withOperation } from '../choose/with-operation.js';
import { identityOf, type Candidate } from '../resolve/candidate.js';
import { resolve, type Resolution } from '../resolve/resolve.js';
import type { RoutingIndex, TenantView } from '../snapshot/index-snapshot.js';
import type { Strategy } from '../snapshot/policies.js';
import type { RoutingCredential, RoutingKey } from '../snapshot/snapshot.js';
import { limitNames } from './limit-names.js';
import { namesTried, resolutionSteps } from './resolution-steps.js';
import { notACandidateInWords, verdictInWords } from './words.js';
import { whyNot, type NotACandidate } from './why-not.js';

/** What would happen to a request, as plain data. */
export interface Explanation {
  readonly model: string;
  readonly operation: Operation;
  readonly tenant: string;
  readonly key?: string | undefined;
  /** The version of the configuration that decides. */
  readonly snapshot: number;
  readonly outcome: 'routed' | 'unknown-model' | 'unsupported-operation' | 'out-of-use';
  /** How the name was read, in words. */
  readonly steps: readonly string[];
  readonly strategy?: Strategy | undefined;
  /** First those that would be tried, in their order; then the others. */
  readonly credentials: readonly ExplainedCredential[];
  /** The names of the limits that the request would count against. */
  readonly limits: readonly string[];
  /** Milliseconds until the first of them recovers, where all are out of use. */
  readonly retryAfterMs?: number | undefined;
}

/** One credential for one upstream model, or a credential that serves none under this name. */
export interface ExplainedCredential {
  readonly credential: string;
  readonly provider: string;
  readonly prefix?: string | undefined;
  readonly priority: number;
  /** The full name behind which it was found. */
  readonly target?: string | undefined;
  /** The upstream's name for the model. */
  readonly model?: string | undefined;
  readonly kept: boolean;
  /** 1 for the one that would be tried first. */
  readonly order?: number | undefined;
  readonly reason: Verdict['reason'] | NotACandidate | 'operation-not-supported' | 'tried-before';
  readonly words: string;
}

export interface Question {
  readonly view: TenantView;
  /** Whose request it is; undefined for any key of the tenant. */
  readonly key?: Pick<RoutingKey, 'id' | 'models' | 'limits'> | undefined;
  readonly model: string;
  readonly operation: Operation;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  random(): number;
}

/**
 * Tells what would happen to a request, without doing it: nobody is called, no turn is counted and no right to probe is
 * used up. It tells what the key's tenant can see and nothing else; to a key that is held to some models, only of these.
 */
export function explain(index: RoutingIndex, state: RoutingState, question: Question): Explanation {
  const { view, key, model, operation, nowMs } = question;
  const { settings } = index;
  const resolution = resolve(view, key ?? {}, model);
  const able = resolution === undefined ? undefined : withOperation(resolution, operation);
  const seen = new Map<Candidate, Verdict>();
  const choice = able === undefined ? undefined : chooseWithoutTrace(able, { index, state, question, seen });
  const limited = resolution?.model ?? model;
  return {
    model,
    operation,
    tenant: view.tenant.name,
    key: key?.id,
    snapshot: index.version,
    outcome: outcomeOf(resolution, choice),
    steps: resolutionSteps(view, key, model),
    strategy: resolution === undefined ? undefined : strategyOf(resolution, settings),
    credentials: [
      ...candidateRows(resolution, { choice, seen, question }),
      ...(key?.models === undefined ? otherRows(resolution, { index, question }) : []),
    ],
    limits: [
      ...limitNames(`key:${key?.id ?? '*'}`, key?.limits ?? settings.limits, limited),
      ...limitNames(`tenant:${view.tenant.id}`, view.tenant.limits, limited),
    ],
    retryAfterMs: choice?.outage === undefined ? undefined : Math.max(1, choice.outage.recoversAtMs - nowMs),
  };
}

interface Looking {
  readonly index: RoutingIndex;
  readonly state: RoutingState;
  readonly question: Question;
  /** Filled with what became of each candidate. */
  readonly seen: Map<Candidate, Verdict>;
}

function chooseWithoutTrace(resolution: Resolution, { index, state, question, seen }: Looking): Choice {
  return choose({
    resolution,
    state: {
      health: (scope) => state.health(scope),
      headroom: (scope) => state.headroom(scope),
      takeProbe: () => true,
      loads: state.loads,
      turns: state.turns.preview(),
      prices: state.prices,
      replicas: state.replicas,
    },
    strategy: strategyOf(resolution, index.settings),
    nowMs: question.nowMs,
    random: () => question.random(),
    consider: (candidate, verdict) => seen.set(candidate, verdict),
  });
}

function outcomeOf(resolution: Resolution | undefined, choice: Choice | undefined): Explanation['outcome'] {
  if (resolution === undefined) return 'unknown-model';
  if (choice === undefined) return 'unsupported-operation';
  return choice.candidates.length === 0 ? 'out-of-use' : 'routed';
}

interface Chosen {
  readonly choice: Choice | undefined;
  readonly seen: ReadonlyMap<Candidate, Verdict>;
  readonly question: Question;
}

/** A row for each candidate: those that would be tried in their order, then those that would not. */
function candidateRows(resolution: Resolution | undefined, chosen: Chosen): readonly ExplainedCredential[] {
  const rows = (resolution?.targets ?? []).flatMap(({ name, candidates }) =>
    candidates.map((candidate) => candidateRow(candidate, name, chosen)),
  );
  return rows.toSorted((a, b) => (a.order ?? Number.POSITIVE_INFINITY) - (b.order ?? Number.POSITIVE_INFINITY) || 0);
}

function candidateRow(candidate: Candidate, target: string, { choice, seen, question }: Chosen): ExplainedCredential {
  const { credential, model } = candidate;
  const facts = { ...credentialFacts(credential), target, model };
  if (!serves(candidate, question.operation)) {
    const words = `${credential.provider} cannot be asked for ${question.operation}`;
    return { ...facts, kept: false, reason: 'operation-not-supported', words };
  }
  const place = choice?.candidates.indexOf(candidate) ?? -1;
  const verdict = seen.get(candidate);
  if (verdict === undefined || (verdict.kept && place < 0)) {
    const isRepeat = choice?.candidates.some((one) => identityOf(one) === identityOf(candidate)) === true;
    const words = isRepeat ? 'the same attempt comes earlier' : 'others are used before it';
    return { ...facts, kept: false, reason: 'tried-before', words };
  }
  const order = place < 0 ? undefined : place + 1;
  return {
    ...facts,
    kept: verdict.kept,
    order,
    reason: verdict.reason,
    words: verdictInWords(verdict, question.nowMs),
  };
}

/** A row for each credential that the tenant reaches and that is not behind the name. */
function otherRows(
  resolution: Resolution | undefined,
  { index, question: { view, model } }: { readonly index: RoutingIndex; readonly question: Question },
): readonly ExplainedCredential[] {
  const behind = new Set(
    resolution?.targets.flatMap(({ candidates }) => candidates.map(({ credential }) => credential.id)),
  );
  const names = namesTried(view, model);
  return reachable(view)
    .filter(({ id }) => !behind.has(id))
    .map((credential) => {
      const reason = whyNot(credential, names, index.settings);
      return { ...credentialFacts(credential), kept: false, reason, words: notACandidateInWords(reason, credential) };
    });
}

function reachable({ byPrefix, bare }: TenantView): readonly RoutingCredential[] {
  return [...new Set([...byPrefix.values()].flat().concat(bare))];
}

function credentialFacts(
  credential: RoutingCredential,
): Pick<ExplainedCredential, 'credential' | 'provider' | 'prefix' | 'priority'> {
  const { id, provider, prefix, priority } = credential;
  return { credential: id, provider, prefix, priority };
}
