import { costMicros, type Candidate, type Estimate, type RoutingIndex } from '@switchyard/routing';
import type { Metrics } from '@switchyard/telemetry';
import type { AttemptEnd, AttemptHead, AttemptReply, AttemptTransport } from '@switchyard/wire';

import type { RequestContext } from '../accept/request-context.js';
import type { GatewayState } from '../state/gateway-state.js';
import { attemptOpen } from './attempt-open.js';
import type { AttemptRecord } from './attempt-record.js';
import type { AttemptTask } from './dispatch.js';
import { guessUsage } from './guess-usage.js';
import { inOwnTime } from './own-time.js';
import { reportContent, reportEnd } from './report-health.js';

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
export async function performAttempt(
  options: PerformOptions,
  candidate: Candidate,
  task: AttemptTask,
): Promise<AttemptEnd> {
  const { context, state } = options;
  const { health } = state.shared;
  const sentAtMs = Date.now();
  const startedAtMs = performance.now();
  const report = { candidate, operation: context.surface.operation, sentAtMs };
  const flight = state.loads.start(candidate, { nowMs: sentAtMs, ...options.estimate });
  const contentCame = (): void => {
    flight.firstContent(Date.now());
    reportContent(health, report);
    options.onFirstContent?.(performance.now() - startedAtMs);
  };
  context.attemptsBegun += 1;
  const leftMs = options.totalMs - (startedAtMs - context.receivedAtMs);
  const open = attemptOpen(context, {
    candidate,
    ordinal: context.attemptsBegun,
    requestedModel: options.model,
    settings: options.index.settings,
    leftMs,
    rescuable: options.rescuable,
    resume: task.resume,
  });
  const reply = new WatchedReply(task.reply, contentCame);
  const ended = await options.transport.attempt(open, options.body, reply, task.signal);
  const end = inOwnTime(ended, { totalMs: open.deadlines.totalMs, leftMs });
  flight.end();
  const isHeld = reportEnd(health, report, { end, settings: options.index.settings });
  if (isHeld) options.metrics.cooldowns.with(candidate.credential.provider, end.error?.code ?? '').add();
  const { bytesWritten } = reply;
  const durationMs = performance.now() - startedAtMs;
  // Cancelled, and not because the request is over: another attempt was faster.
  const hasLost = end.outcome === 'cancelled' && !context.signal.aborted;
  context.attempts.push(recordOf(options, candidate, { end, bytesWritten, durationMs, hasLost }));
  return end;
}

/** Hears of the first content, and counts. What resumes a stream has no head of its own: its first data says so. */
class WatchedReply implements AttemptReply {
  bytesWritten = 0;
  #hasContent = false;

  constructor(
    private readonly reply: AttemptReply,
    private readonly onContent: () => void,
  ) {}

  head(head: AttemptHead): void {
    this.#hear();
    this.reply.head(head);
  }

  data(chunk: Buffer): Promise<void> | undefined {
    this.#hear();
    this.bytesWritten += chunk.length;
    return this.reply.data(chunk);
  }

  #hear(): void {
    if (this.#hasContent) return;
    this.#hasContent = true;
    this.onContent();
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
