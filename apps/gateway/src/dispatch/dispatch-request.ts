import { setTimeout as sleep } from 'node:timers/promises';

import { GatewayError } from '@switchyard/canonical';
import {
  choose,
  matchesAnyPattern,
  strategyOf,
  type Candidate,
  type Choice,
  type Estimate,
  type Resolution,
  type RoutingIndex,
} from '@switchyard/routing';
import type { Metrics } from '@switchyard/telemetry';
import type { AttemptTransport } from '@switchyard/wire';

import { headerOf } from '../accept/client-headers.js';
import type { RequestContext } from '../accept/request-context.js';
import { affinityOf } from '../choose/affinity.js';
import type { RequestOutcome } from '../meter/request-record.js';
import type { GatewayState } from '../state/gateway-state.js';
import { answerHeaders } from './answer-headers.js';
import type { ClientAnswer } from './client-answer.js';
import { conclude } from './conclude.js';
import { dispatch, type DispatchJob } from './dispatch.js';
import type { Hedging } from './hedge.js';
import { performAttempt } from './perform-attempt.js';

export interface RequestJob {
  readonly context: RequestContext;
  /** Aborted here when the total deadline passes. */
  readonly ended: AbortController;
  readonly answer: ClientAnswer;
  readonly body: Buffer;
  readonly index: RoutingIndex;
  /** Of candidates that can do what is asked. */
  readonly resolution: Resolution;
  readonly estimate: Estimate;
}

export interface DispatchTools {
  readonly state: GatewayState;
  readonly transport: AttemptTransport;
  readonly metrics: Pick<Metrics, 'cooldowns'>;
}

// The worker enforces the total deadline; the gateway steps in when even the worker does not answer.
const DEADLINE_GRACE_MS = 1_000;

/** Chooses who is to answer a request, and has it answered. */
export async function dispatchRequest(job: RequestJob, tools: DispatchTools): Promise<RequestOutcome> {
  const { context, index, resolution, ended, answer } = job;
  const totalMs = resolution.alias?.deadlines?.totalMs ?? index.settings.deadlines.totalMs;
  const guard = setTimeout(() => ended.abort(totalDeadline(totalMs)), totalMs + DEADLINE_GRACE_MS);
  let serving: Candidate | undefined;
  const reply = answer.createReply({
    keepaliveMs: index.settings.keepaliveSeconds * 1_000,
    headersFor: (head) => {
      context.firstByteAtMs = performance.now();
      if (serving === undefined) return {};
      return answerHeaders(context, { candidate: serving, head, nowMs: context.firstByteAtMs });
    },
  });
  const onCommit = (candidate: Candidate): void => {
    serving = candidate;
  };
  try {
    const end = await dispatch({
      ...courseOf(job, tools, totalMs),
      ...effectsOf(job, tools, totalMs),
      reply,
      onCommit,
    });
    return conclude(context, { end, answer, reply });
  } finally {
    clearTimeout(guard);
  }
}

type Course = Pick<DispatchJob, 'choice' | 'rules' | 'state' | 'random' | 'choose' | 'deadlineAtMs' | 'model'>;

/** What is to be tried. */
function courseOf(job: RequestJob, { state }: DispatchTools, totalMs: number): Course {
  const { context, index, resolution, estimate } = job;
  const routing = state.routing(index);
  const affinity = affinityOf(context, job.body, index.settings.affinity);
  const chooseFrom = (exclude?: ReadonlySet<string>): Choice =>
    choose({
      resolution,
      state: routing,
      strategy: strategyOf(resolution, index.settings),
      nowMs: Date.now(),
      random: Math.random,
      estimate,
      exclude,
      ...affinity,
    });
  return {
    choice: chooseFrom(),
    choose: chooseFrom,
    rules: wishes(context, 'x-switchyard-no-fallback') ? { ...index.settings, maxAttempts: 1 } : index.settings,
    state: routing,
    random: Math.random,
    deadlineAtMs: Date.now() + totalMs - (performance.now() - context.receivedAtMs),
    model: resolution.model,
  };
}

type Effects = Pick<DispatchJob, 'signal' | 'nowMs' | 'sleep' | 'hedging' | 'rescue' | 'perform'>;

function effectsOf(job: RequestJob, tools: DispatchTools, totalMs: number): Effects {
  const { context, index, resolution } = job;
  const { text } = index.settings.rescue ?? DEFAULT_RESCUE;
  const isWanted = text === 'continue' && mayBeRescued(context);
  const onFirstContent = firstContentListener(resolution, tools.state);
  const { state, transport, metrics } = tools;
  const performing = {
    ...job,
    state,
    transport,
    metrics,
    model: resolution.model,
    rescuable: isWanted,
    totalMs,
    onFirstContent,
  };
  return {
    signal: context.signal,
    nowMs: Date.now,
    sleep: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => undefined),
    hedging: hedgingOf(job, tools.state),
    rescue: { isWanted, canPrefill },
    perform: (candidate, task) => performAttempt(performing, candidate, task),
  };
}

const DEFAULT_RESCUE = { text: 'continue' } as const;

/** A stream of text that nobody asked to leave alone. */
function mayBeRescued(context: RequestContext): boolean {
  const { operation } = context.surface;
  if (context.facts?.stream !== true || (operation !== 'chat' && operation !== 'completions')) return false;
  return !wishes(context, 'x-switchyard-no-rescue') && !wishes(context, 'x-switchyard-no-fallback');
}

function canPrefill({ credential, model }: Candidate): boolean {
  return matchesAnyPattern(credential.prefillModels ?? [], model);
}

/** An alias that is hedged knows how long its answers take. */
function firstContentListener({ alias }: Resolution, state: GatewayState): ((tookMs: number) => void) | undefined {
  if (alias?.hedge === undefined) return undefined;
  return (tookMs) => state.firstContentTimes.record(alias.name, tookMs);
}

function hedgingOf({ context, resolution: { alias } }: RequestJob, state: GatewayState): Hedging | undefined {
  if (alias?.hedge === undefined || wishes(context, 'x-switchyard-no-fallback')) return undefined;
  const { after, maxExtra } = alias.hedge;
  state.hedges.earn(alias.name, maxExtra);
  const afterMs = after === 'p95' ? state.firstContentTimes.percentile(alias.name, 0.95) : after;
  return afterMs === undefined ? undefined : { afterMs, spend: () => state.hedges.spend(alias.name) };
}

function wishes({ request }: RequestContext, header: string): boolean {
  return headerOf(request.headers, header)?.toLowerCase() === 'true';
}

function totalDeadline(deadlineMs: number): GatewayError {
  return new GatewayError('total_deadline', `the request was not answered within its ${deadlineMs} ms`);
}
