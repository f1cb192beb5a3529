import type { Operation } from '@switchyard/canonical';
import { costMicros, type Candidate, type Estimate, type Flight, type RoutingIndex } from '@switchyard/routing';
import type { Metrics } from '@switchyard/telemetry';
import type { AttemptEnd, AttemptHead, AttemptReply, AttemptTransport } from '@switchyard/wire';

import type { RequestContext } from '../accept/request-context.js';
import type { GatewayState } from '../state/gateway-state.js';
import { attemptOpen } from './attempt-open.js';
import type { AttemptRecord } from './attempt-record.js';
import type { AttemptTask } from './dispatch.js';
import { guessUsage } from './guess-usage.js';
import { inOwnTime } from './own-time.js';
import { reportContent, reportEnd, type HealthReport } from './report-health.js';

export interface PerformOptions {
  readonly context: RequestContext;
  readonly body: Buffer;
  readonly index: RoutingIndex;
  /** The resolved name, without its thinking suffix. */
  readonly model: string;
  readonly estimate: Estimate;
  /** Whether a stream that dies after content may be gone on with. */
  readonly rescuable: boolean;
  /** How long the request may take in all, in milliseconds. */
  readonly totalMs: number;
  readonly state: GatewayState;
  readonly transport: AttemptTransport;
  readonly metrics: Pick<Metrics, 'cooldowns'>;
  /** Hears how long the first content took, in milliseconds. */
  onFirstContent?: ((tookMs: number) => void) | undefined;
}

/** Makes one attempt, and keeps the books of it: load, health, quota, what was used. */
export function performAttempt(options: PerformOptions, candidate: Candidate, task: AttemptTask): Promise<AttemptEnd> {
  const { context, index } = options;
  const watched = new WatchedAttempt(options, candidate, task.reply);
  context.attemptsBegun += 1;
  const open = attemptOpen(context, {
    candidate,
    ordinal: context.attemptsBegun,
    requestedModel: options.model,
    settings: index.settings,
    leftMs: watched.leftMs,
    rescuable: options.rescuable,
    resume: task.resume,
  });
  const { totalMs } = open.deadlines;
  return options.transport
    .attempt(open, options.body, watched, task.signal)
    .then((ended) => watched.over(inOwnTime(ended, { totalMs, leftMs: watched.leftMs })));
}

/** Hears of the first content, and counts. What resumes a stream has no head of its own: its first data says so. */
class WatchedAttempt implements AttemptReply, HealthReport {
  readonly sentAtMs = Date.now();
  /** What the request had left when it began. */
  readonly leftMs: number;
  readonly #startedAtMs = performance.now();
  readonly #flight: Flight;
  #bytesWritten = 0;
  #hasContent = false;

  constructor(
    private readonly options: PerformOptions,
    readonly candidate: Candidate,
    private readonly reply: AttemptReply,
  ) {
    const { inputTokens, outputTokens } = options.estimate;
    this.leftMs = options.totalMs - (this.#startedAtMs - options.context.receivedAtMs);
    this.#flight = options.state.loads.start(candidate, { nowMs: this.sentAtMs, inputTokens, outputTokens });
  }

  get operation(): Operation {
    return this.options.context.surface.operation;
  }

  head(head: AttemptHead): void {
    if (!this.#hasContent) this.#contentCame();
    this.reply.head(head);
  }

  data(chunk: Buffer): Promise<void> | undefined {
    if (!this.#hasContent) this.#contentCame();
    this.#bytesWritten += chunk.length;
    return this.reply.data(chunk);
  }

  /** Closes the books. Returns the end that they tell of. */
  over(end: AttemptEnd): AttemptEnd {
    const { options, candidate } = this;
    const { context, state, index } = options;
    this.#flight.end();
    const isHeld = reportEnd(state.shared.health, this, { end, settings: index.settings });
    if (isHeld) options.metrics.cooldowns.with(candidate.credential.provider, end.error?.code ?? '').add();
    const durationMs = performance.now() - this.#startedAtMs;
    // Cancelled, and not because the request is over: another attempt was faster.
    const hasLost = end.outcome === 'cancelled' && !context.signal.aborted;
    const bytesWritten = this.#bytesWritten;
    context.attempts.push(recordOf(options, candidate, { end, bytesWritten, durationMs, hasLost }));
    return end;
  }

  #contentCame(): void {
    this.#hasContent = true;
    this.#flight.firstContent(Date.now());
    reportContent(this.options.state.shared.health, this);
    this.options.onFirstContent?.(performance.now() - this.#startedAtMs);
  }
}

interface Performed {
  readonly end: AttemptEnd;
  readonly bytesWritten: number;
  readonly durationMs: number;
  /** What the loser of a race used is not the client's to pay. */
  readonly hasLost: boolean;
}

function recordOf(options: PerformOptions, candidate: Candidate, performed: Performed): AttemptRecord {
  const { context, estimate, state, index } = options;
  const { end, bytesWritten, durationMs, hasLost } = performed;
  const { operation } = context.surface;
  const guess = guessUsage({ end, operation, estimate, bytesWritten, stream: context.facts?.stream ?? false });
  const usage = hasLost ? undefined : (end.usage ?? guess);
  const price = usage === undefined ? undefined : state.routing(index).prices.priceOf(candidate);
  return {
    provider: candidate.credential.provider,
    credential: candidate.credential.id,
    model: candidate.model,
    outcome: end.outcome,
    errorCode: end.error?.code,
    upstreamStatus: end.upstreamStatus,
    durationMs,
    waitedMs: Math.max(0, end.timings.totalMs - end.timings.preparedMs),
    usage,
    isUsageEstimated: guess === undefined ? end.isUsageEstimated : true,
    costMicros: price === undefined || usage === undefined ? undefined : costMicros(price, usage),
  };
}
