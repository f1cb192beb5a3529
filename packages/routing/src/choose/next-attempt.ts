import { ERROR_CODES, type ErrorCode } from '@switchyard/canonical';

import { identityOf, type Candidate } from '../resolve/candidate.js';
import type { ErrorRule } from '../snapshot/policies.js';
import type { RoutingSettings } from '../snapshot/snapshot.js';
import type { Choice } from './choose.js';
import type { Outage } from './outage.js';
import type { RoutingState } from './routing-state.js';
import { standingOf } from './standing.js';

/** Where a request stands with its attempts. Plain data: every step makes a new one. */
export interface AttemptPlan {
  /** What is left of this round, in order. */
  readonly rest: readonly Candidate[];
  /** 0 for the first pass over the candidates. */
  readonly round: number;
  /** Attempts of this round. */
  readonly tried: number;
  /** Attempts of all rounds. */
  readonly attempts: number;
  /** How each candidate that was tried failed last, by identity. */
  readonly failures: ReadonlyMap<string, AttemptFailure>;
  /** A failure was of a kind that no other candidate helps against. */
  readonly isOver: boolean;
  /** Why nothing could be tried when the candidates were chosen last. */
  readonly outage?: Outage | undefined;
  /** The candidates of this round are to be chosen when it begins, after a wait for one to recover. */
  readonly isUnchosen?: boolean | undefined;
}

/** How an attempt failed that reached no client. */
export interface AttemptFailure {
  readonly candidate: Candidate;
  readonly code: ErrorCode;
  /** What the operator's rules say of it. */
  readonly rule?: ErrorRule['action'] | undefined;
}

export interface AttemptRules extends Pick<
  RoutingSettings,
  'requestRetry' | 'maxRetryCredentials' | 'maxRetryIntervalMs'
> {
  /** Attempts of all rounds together; 1 for a client that wants no other. */
  readonly maxAttempts?: number | undefined;
}

export interface AttemptAsk {
  readonly rules: AttemptRules;
  readonly state: Pick<RoutingState, 'health'>;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** When the request's total deadline is over. */
  readonly deadlineAtMs: number;
  /** In [0, 1). */
  random(): number;
  /** Chooses afresh for a later round. */
  choose(exclude: ReadonlySet<string>): Choice;
}

export type NextStep =
  | { readonly type: 'attempt'; readonly candidate: Candidate; readonly plan: AttemptPlan }
  /** Wait, and ask again. */
  | { readonly type: 'wait'; readonly ms: number; readonly plan: AttemptPlan }
  /** The last failure is the answer; without one, the plan's outage. */
  | { readonly type: 'stop'; readonly plan: AttemptPlan };

const NO_FAILURES: AttemptPlan['failures'] = new Map();

/** The plan of a request whose candidates were chosen. */
export function startAttempts({ candidates, outage }: Choice): AttemptPlan {
  const isUnchosen = false;
  return {
    rest: candidates,
    round: 0,
    tried: 0,
    attempts: 0,
    failures: NO_FAILURES,
    isOver: false,
    outage,
    isUnchosen,
  };
}

/** The plan after an attempt failed. Ask `nextAttempt` what comes now. */
export function afterAttempt(plan: AttemptPlan, failure: AttemptFailure): AttemptPlan {
  const { candidate, code, rule } = failure;
  const failures = new Map(plan.failures).set(identityOf(candidate), failure);
  const next = { ...plan, failures };
  if (rule === 'stop' || rule === 'stop-and-cooldown') return { ...next, isOver: true };
  if (rule !== undefined) return next;
  if (code === 'worker_lost' && !wasOrphaned(plan, candidate)) {
    return { ...next, rest: [candidate, ...plan.rest], tried: plan.tried - 1 };
  }
  if (NEEDS_ANOTHER_MODEL.has(code)) return { ...next, rest: stillOfUse(plan.rest, [failure]) };
  const { retryable, scope } = ERROR_CODES[code];
  return { ...next, isOver: !retryable || scope === 'gateway' };
}

/** Whoever asked it was lost before: once that says nothing of the candidate, so that it is asked again at once. */
function wasOrphaned({ failures }: AttemptPlan, candidate: Candidate): boolean {
  return failures.get(identityOf(candidate))?.code === 'worker_lost';
}

// Another model may take what this one does not; the same would say the same again.
const NEEDS_ANOTHER_MODEL: ReadonlySet<ErrorCode> = new Set(['upstream_context_length', 'upstream_content_filter']);

/** What a request does next: the next candidate of this round, a wait before another round, or nothing more. */
export function nextAttempt(plan: AttemptPlan, ask: AttemptAsk): NextStep {
  const isSpent = plan.attempts >= (ask.rules.maxAttempts ?? Number.POSITIVE_INFINITY);
  if (plan.isOver || isSpent || ask.nowMs >= ask.deadlineAtMs) return { type: 'stop', plan };
  const current = plan.isUnchosen === true ? { ...plan, ...chosenAfresh(plan, ask), isUnchosen: false } : plan;
  const candidate = nextInRound(current, ask);
  if (candidate === undefined) return anotherRound(current, ask);
  const rest = current.rest.slice(current.rest.indexOf(candidate) + 1);
  const next = { ...current, rest, tried: current.tried + 1, attempts: current.attempts + 1 };
  return { type: 'attempt', candidate, plan: next };
}

/** When the first of the candidates that failed may be asked again, in milliseconds since 1970; undefined: now. */
export function recoversAtMs(
  { failures }: AttemptPlan,
  { state, nowMs }: Pick<AttemptAsk, 'state' | 'nowMs'>,
): number | undefined {
  const recoveries = [...failures.values()].map(({ candidate }) => {
    const { records } = standingOf(candidate, state, nowMs);
    return Math.max(nowMs, ...records.map(({ untilMs }) => untilMs));
  });
  const first = Math.min(...recoveries);
  return recoveries.length > 0 && first > nowMs ? first : undefined;
}

/** Passes over what went out of use since the round began; its first candidate was chosen knowing that. */
function nextInRound({ rest, tried }: AttemptPlan, { rules, state, nowMs }: AttemptAsk): Candidate | undefined {
  if (rules.maxRetryCredentials > 0 && tried >= rules.maxRetryCredentials) return undefined;
  if (tried === 0) return rest[0];
  return rest.find((candidate) => standingOf(candidate, state, nowMs).type === 'well');
}

function anotherRound(plan: AttemptPlan, ask: AttemptAsk): NextStep {
  const round = plan.round + 1;
  const failed = [...plan.failures.values()];
  const mostRounds = Math.max(
    ask.rules.requestRetry,
    ...failed.map(({ candidate }) => retriesOf(candidate, ask.rules)),
  );
  if (round > mostRounds) return { type: 'stop', plan };
  const begun = { ...plan, round, tried: 0 };
  const { rest, outage } = chosenAfresh(begun, ask);
  const next = { ...begun, rest, outage, isUnchosen: outage !== undefined };
  if (rest.length === 0 && outage === undefined) return { type: 'stop', plan };
  const ms = outage === undefined ? roundPauseMs(round, ask.random()) : recoveryMs(outage, ask);
  if (ms === undefined || ask.nowMs + ms >= ask.deadlineAtMs) return { type: 'stop', plan: { ...plan, outage } };
  return { type: 'wait', ms, plan: next };
}

/** The candidates of the plan's round: those that a further attempt may help, and that have one left. */
function chosenAfresh(plan: AttemptPlan, ask: AttemptAsk): Pick<AttemptPlan, 'rest' | 'outage'> {
  const failed = [...plan.failures.values()];
  const hopeless = failed.filter(({ code, rule }) => rule === undefined && !worthAnotherRound(code));
  const { candidates, outage } = ask.choose(new Set(hopeless.map(({ candidate }) => identityOf(candidate))));
  const willing = candidates.filter((candidate) => retriesOf(candidate, ask.rules) >= plan.round);
  const needy = failed.filter(({ code }) => NEEDS_ANOTHER_MODEL.has(code));
  return { rest: stillOfUse(willing, needy), outage };
}

function retriesOf({ credential }: Candidate, { requestRetry }: AttemptRules): number {
  return credential.requestRetry ?? requestRetry;
}

function stillOfUse(candidates: readonly Candidate[], failures: readonly AttemptFailure[]): readonly Candidate[] {
  return failures.reduce(
    (rest, { candidate, code }) =>
      code === 'upstream_context_length'
        ? afterContextLength(candidate, rest)
        : rest.filter(({ model }) => model !== candidate.model),
    candidates,
  );
}

/**
 * Those that may take a request which did not fit the context of `failed`: only what is known to hold more. Where nobody
 * knows what the failed one holds, any other model that is known at all may.
 */
export function afterContextLength(failed: Candidate, rest: readonly Candidate[]): readonly Candidate[] {
  const tooSmall = failed.contextLength ?? 0;
  return rest.filter(
    ({ model, contextLength }) => model !== failed.model && contextLength !== undefined && contextLength > tooSmall,
  );
}

// A refused account or an unknown model answers the same on the next round; these may not.
const MAY_PASS: ReadonlySet<ErrorCode> = new Set([
  'upstream_rate_limited',
  'upstream_overloaded',
  'upstream_server_error',
  'upstream_malformed',
  'upstream_truncated',
  'upstream_network_error',
  'upstream_timeout',
  'worker_lost',
]);

/** Whether a candidate that failed so deserves another try in a later round. */
export function worthAnotherRound(code: ErrorCode): boolean {
  return MAY_PASS.has(code);
}

/**
 * The pause before a later round begins, in milliseconds: 200 doubling to at most 2,000, half of it random so that
 * replicas do not return in step.
 */
export function roundPauseMs(round: number, random: number): number {
  const ceiling = Math.min(2_000, 200 * 2 ** (round - 1));
  return Math.round(ceiling / 2 + (ceiling / 2) * random);
}

/**
 * The wait until a candidate recovers, and up to a quarter or 2 s longer, so that those who wait do not return in step;
 * undefined where that is longer than anybody should wait.
 */
function recoveryMs({ recoversAtMs }: Outage, { nowMs, rules, random }: AttemptAsk): number | undefined {
  const waitMs = Math.max(0, recoversAtMs - nowMs);
  if (waitMs > (rules.maxRetryIntervalMs ?? 0)) return undefined;
  return Math.round(waitMs + Math.min(waitMs / 4, 2_000) * random());
}
