import { setTimeout as sleep } from 'node:timers/promises';

import { GatewayError } from '@switchyard/canonical';
import {
  choose,
  matchesAnyPattern,
  strategyOf,
  type AffinityKeys,
  type AttemptRules,
  type Candidate,
  type Choice,
  type Estimate,
  type Resolution,
  type RoutingIndex,
  type RoutingState,
} from '@switchyard/routing';
import type { Metrics } from '@switchyard/telemetry';
import type { AttemptEnd, AttemptHead, AttemptTransport, Cancellation } from '@switchyard/wire';

import { headerOf } from '../accept/client-headers.js';
import type { EndSignal, RequestContext } from '../accept/request-context.js';
import { affinityOf } from '../choose/affinity.js';
import type { RequestOutcome } from '../meter/request-record.js';
import type { GatewayState } from '../state/gateway-state.js';
import { answerHeaders } from './answer-headers.js';
import type { ClientAnswer, ClientReply, ReplyOptions } from './client-answer.js';
import { conclude } from './conclude.js';
import type { AttemptTask, DispatchJob } from './dispatch.js';
import type { Hedging } from './hedge.js';
import { LateWatch, type Watched } from './late-watch.js';
import { performAttempt, type PerformOptions } from './perform-attempt.js';
import type { RescuePolicy } from './rescue.js';

export interface RequestJob {
  readonly context: RequestContext;
  /** Aborted here when the total deadline passes. */
  readonly ended: Cancellation;
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
const lateRequests = new LateWatch();

/**
 * One request, its candidates chosen: what is to be tried, and what trying it does. One object, where a closure for each would
 * be a dozen. To be closed when the request is over.
 */
export class RequestDispatch implements DispatchJob, ReplyOptions, Watched {
  readonly reply: ClientReply;
  readonly choice: Choice;
  readonly rules: AttemptRules;
  readonly state: RoutingState;
  readonly deadlineAtMs: number;
  readonly lateAtMs: number;
  readonly model: string;
  readonly signal: EndSignal;
  readonly hedging: Hedging | undefined;
  readonly rescue: RescuePolicy;
  readonly keepaliveMs: number;
  readonly random = Math.random;
  readonly nowMs = Date.now;
  readonly #job: RequestJob;
  readonly #affinity: AffinityKeys;
  readonly #performing: PerformOptions;
  readonly #totalMs: number;
  readonly #watchedAt: number;
  #serving: Candidate | undefined;

  constructor(job: RequestJob, tools: DispatchTools) {
    const { context, index, resolution } = job;
    const { settings } = index;
    const totalMs = resolution.alias?.deadlines?.totalMs ?? settings.deadlines.totalMs;
    this.#job = job;
    this.#totalMs = totalMs;
    this.#affinity = affinityOf(context, job.body, settings.affinity);
    this.state = tools.state.routing(index);
    this.keepaliveMs = settings.keepaliveSeconds * 1_000;
    this.model = resolution.model;
    this.signal = context.signal;
    const nowMs = Date.now();
    const monotonicMs = performance.now();
    this.deadlineAtMs = nowMs + totalMs - (monotonicMs - context.receivedAtMs);
    this.lateAtMs = monotonicMs + totalMs + DEADLINE_GRACE_MS;
    const isSole = wishes(context, 'x-switchyard-no-fallback');
    this.rules = isSole ? { ...settings, maxAttempts: 1 } : settings;
    this.hedging = isSole ? undefined : hedgingOf(resolution, tools.state);
    const isWanted = !isSole && (settings.rescue ?? DEFAULT_RESCUE).text === 'continue' && mayBeRescued(context);
    this.rescue = isWanted ? WITH_RESCUE : WITHOUT_RESCUE;
    this.#performing = {
      context,
      body: job.body,
      index,
      model: resolution.model,
      estimate: job.estimate,
      rescuable: isWanted,
      totalMs,
      state: tools.state,
      transport: tools.transport,
      metrics: tools.metrics,
      onFirstContent: firstContentListener(resolution, tools.state),
    };
    this.reply = job.answer.createReply(this);
    this.choice = this.#choose(nowMs, undefined);
    this.#watchedAt = lateRequests.watch(this);
  }

  onLate(): void {
    this.#job.ended.abort(totalDeadline(this.#totalMs));
  }

  /** Ends the client's answer as the last attempt ended. */
  conclude(end: AttemptEnd): RequestOutcome {
    return conclude(this.#job.context, { end, answer: this.#job.answer, reply: this.reply });
  }

  close(): void {
    lateRequests.leave(this.#watchedAt);
  }

  choose(exclude: ReadonlySet<string>): Choice {
    return this.#choose(Date.now(), exclude);
  }

  #choose(nowMs: number, exclude: ReadonlySet<string> | undefined): Choice {
    const { resolution, index, estimate } = this.#job;
    return choose({
      resolution,
      state: this.state,
      strategy: strategyOf(resolution, index.settings),
      nowMs,
      random: Math.random,
      affinityKey: this.#affinity.affinityKey,
      promptKey: this.#affinity.promptKey,
      estimate,
      exclude,
    });
  }

  perform(candidate: Candidate, task: AttemptTask): Promise<AttemptEnd> {
    return performAttempt(this.#performing, candidate, task);
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return sleep(ms, undefined, { signal }).catch(() => undefined);
  }

  onCommit(candidate: Candidate): void {
    this.#serving = candidate;
  }

  headersFor(head: AttemptHead): Readonly<Record<string, string>> {
    const { context } = this.#job;
    const nowMs = performance.now();
    context.firstByteAtMs = nowMs;
    return this.#serving === undefined ? {} : answerHeaders(context, { candidate: this.#serving, head, nowMs });
  }
}

const DEFAULT_RESCUE = { text: 'continue' } as const;
const WITH_RESCUE: RescuePolicy = { isWanted: true, canPrefill };
const WITHOUT_RESCUE: RescuePolicy = { isWanted: false, canPrefill };

/** A stream of text that nobody asked to leave alone. */
function mayBeRescued(context: RequestContext): boolean {
  const { operation } = context.surface;
  if (context.facts?.stream !== true || (operation !== 'chat' && operation !== 'completions')) return false;
  return !wishes(context, 'x-switchyard-no-rescue');
}

function canPrefill({ credential, model }: Candidate): boolean {
  return matchesAnyPattern(credential.prefillModels ?? [], model);
}

/** An alias that is hedged knows how long its answers take. */
function firstContentListener({ alias }: Resolution, state: GatewayState): ((tookMs: number) => void) | undefined {
  if (alias?.hedge === undefined) return undefined;
  return (tookMs) => state.firstContentTimes.record(alias.name, tookMs);
}

function hedgingOf({ alias }: Resolution, state: GatewayState): Hedging | undefined {
  if (alias?.hedge === undefined) return undefined;
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
