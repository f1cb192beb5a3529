import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import { GatewayError, toGatewayError, type DialectId } from '@switchyard/canonical';
import {
  choose,
  planAttempts,
  resolve,
  withOperation,
  type Candidate,
  type PlannedAttempt,
  type Resolution,
  type RoutingIndex,
} from '@switchyard/routing';
import type { Logger, Tracing } from '@switchyard/telemetry';
import type { AttemptEnd, AttemptTransport } from '@switchyard/wire';

import { headerOf } from './accept/client-headers.js';
import { readBody, tooLarge, type BodyLimits } from './accept/read-body.js';
import type { RequestContext } from './accept/request-context.js';
import { requestIdOf } from './accept/request-id.js';
import { scanBody } from './accept/scan-body.js';
import type { Surface } from './accept/surfaces.js';
import { authenticate, type Caller } from './authenticate/authenticate.js';
import { clientKeyOf } from './authenticate/client-key.js';
import { answerHeaders } from './dispatch/answer-headers.js';
import { attemptOpen } from './dispatch/attempt-open.js';
import type { ClientAnswer, ClientReply } from './dispatch/client-answer.js';
import { conclude } from './dispatch/conclude.js';
import { Cursors } from './dispatch/cursors.js';
import { dispatch } from './dispatch/dispatch.js';
import { HttpAnswer } from './dispatch/http-answer.js';
import { meter } from './meter/meter.js';
import type { RequestMetrics } from './meter/request-metrics.js';
import type { RequestOutcome } from './meter/request-record.js';

export interface PipelineOptions {
  /** The newest routing table; undefined until the first one came. */
  index(): RoutingIndex | undefined;
  hashKey(key: string): string;
  readonly transport: AttemptTransport;
  readonly tracing: Tracing;
  readonly logger: Logger;
  readonly metrics: RequestMetrics;
  readonly bodyLimits: BodyLimits & { readonly maxDepth: number };
}

// The worker enforces the total deadline; the gateway steps in when even the worker does not answer.
const DEADLINE_GRACE_MS = 1_000;
// Far longer than any model's name; what is longer is neither looked up nor repeated in a message or a log line.
const LONGEST_MODEL_NAME = 512;

/** The way of a request: accept, authenticate, resolve, choose, dispatch, meter. */
export class Pipeline {
  /** Requests under way. */
  inFlight = 0;
  private readonly cursors = new Cursors();

  constructor(private readonly options: PipelineOptions) {}

  /** Serves one request to its end. Never rejects. */
  async serve(surface: Surface, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const ended = new AbortController();
    const onClose = (): void => ended.abort();
    response.once('close', onClose);
    const requestId = requestIdOf(request.headers['x-request-id']);
    const context = this.accept({ surface, request, requestId, signal: ended.signal });
    const readIt = (): Promise<Buffer> => readBody(request, this.options.bodyLimits);
    await this.run({ context, ended, readBody: readIt, answer: new HttpAnswer(context, response) });
    response.off('close', onClose);
  }

  /** Serves one turn of a WebSocket to its end, as a request of its own. Never rejects. */
  async serveTurn(turn: Turn): Promise<void> {
    const { surface, request, ended, body } = turn;
    const context = this.accept({ surface, request, requestId: requestIdOf(undefined), signal: ended.signal });
    const checkIt = async (): Promise<Buffer> => {
      // A conversation grows with its turns, beyond what any one frame may be.
      if (body.length > this.options.bodyLimits.maxBytes) throw tooLarge(this.options.bodyLimits);
      return body;
    };
    await this.run({ context, ended, readBody: checkIt, answer: turn.createAnswer(context) });
  }

  private async run(job: Job): Promise<void> {
    this.inFlight += 1;
    let outcome: RequestOutcome;
    try {
      outcome = await this.answer(job);
    } catch (thrown) {
      outcome = this.refuse(job, thrown);
    } finally {
      this.inFlight -= 1;
    }
    meter(job.context, outcome, this.options);
  }

  private accept(parts: Pick<RequestContext, 'surface' | 'request' | 'requestId' | 'signal'>): RequestContext {
    const { headers, method } = parts.request;
    return {
      ...parts,
      receivedAtMs: performance.now(),
      attempts: [],
      span: this.options.tracing.startSpan(`${method} ${parts.surface.path}`, {
        kind: 'server',
        traceparent: headerOf(headers, 'traceparent'),
        tracestate: headerOf(headers, 'tracestate'),
        attributes: { 'http.request.method': method ?? '', 'http.route': parts.surface.path, 'url.scheme': 'http' },
      }),
    };
  }

  private async answer(job: Job): Promise<RequestOutcome> {
    const { context } = job;
    const index = this.newestIndex();
    context.snapshotVersion = index.version;
    context.caller = this.callerOf(context.request, context.surface.dialect);
    const body = await job.readBody();
    context.bodyBytes = body.length;
    const facts = scanBody(body, {
      surface: context.surface,
      contentType: headerOf(context.request.headers, 'content-type'),
      maxDepth: this.options.bodyLimits.maxDepth,
    });
    if (facts.model.length > LONGEST_MODEL_NAME) throw unknownModel(`${facts.model.slice(0, 64)}...`);
    context.facts = facts;
    const resolution = resolve(context.caller.view, context.caller.key, facts.model);
    if (resolution === undefined) throw unknownModel(facts.model);
    context.resolution = resolution;
    const able = withOperation(resolution, context.surface.operation);
    if (able === undefined) throw unsupported(context.surface, resolution);
    const candidates = choose(able, (target) => this.cursors.next(target));
    const plan = planAttempts(candidates, index.settings);
    return this.dispatch({ ...job, body, index, resolution, plan: withinWish(plan, context) });
  }

  /** Who asks. @throws GatewayError as `authenticate` does, or `not_ready`. */
  callerOf(request: Pick<IncomingMessage, 'headers' | 'url'>, dialect: DialectId): Caller {
    return authenticate(this.newestIndex(), {
      presented: clientKeyOf(request, dialect),
      hash: this.options.hashKey,
      nowMs: Date.now(),
    });
  }

  private newestIndex(): RoutingIndex {
    const index = this.options.index();
    if (index !== undefined) return index;
    throw new GatewayError('not_ready', 'no configuration has arrived yet: try again shortly', { retryAfterMs: 1_000 });
  }

  private async dispatch(job: DispatchParts): Promise<RequestOutcome> {
    const { context, index, ended, answer } = job;
    const deadlineMs = index.settings.deadlines.totalMs;
    const guard = setTimeout(() => ended.abort(totalDeadline(deadlineMs)), deadlineMs + DEADLINE_GRACE_MS);
    let serving: Candidate | undefined;
    const reply = answer.createReply({
      keepaliveMs: index.settings.keepaliveSeconds * 1_000,
      headersFor: (head) => {
        context.firstByteAtMs = performance.now();
        if (serving === undefined) return {};
        return answerHeaders(context, { candidate: serving, head, nowMs: context.firstByteAtMs });
      },
    });
    try {
      const end = await this.attempts(job, reply, (candidate) => (serving = candidate));
      return conclude(context, { end, answer, reply });
    } finally {
      clearTimeout(guard);
    }
  }

  private attempts(
    job: DispatchParts,
    reply: ClientReply,
    onStart: (candidate: Candidate) => void,
  ): Promise<AttemptEnd> {
    const { context, index, resolution } = job;
    return dispatch({
      plan: job.plan,
      body: job.body,
      reply,
      transport: this.options.transport,
      signal: context.signal,
      open: (candidate, ordinal) =>
        attemptOpen(context, {
          candidate,
          ordinal,
          requestedModel: resolution.model,
          settings: index.settings,
          spentMs: performance.now() - context.receivedAtMs,
        }),
      onAttemptStart: onStart,
      onAttemptEnd: (record) => context.attempts.push(record),
      nowMs: () => performance.now(),
      random: Math.random,
      sleep: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => undefined),
    });
  }

  /** Answers a request that never came to an attempt, or broke in a way nobody expected. */
  private refuse({ context: { requestId }, answer }: Job, thrown: unknown): RequestOutcome {
    const error = toGatewayError(thrown);
    if (error.code === 'internal') this.options.logger.error({ requestId, err: error.cause }, 'a request broke');
    answer.refuse(error.toData());
    return { status: error.status, errorCode: error.code, bytesWritten: 0 };
  }
}

/** One turn of a WebSocket. */
export interface Turn {
  readonly surface: Surface;
  /** The request that opened the WebSocket. */
  readonly request: IncomingMessage;
  readonly body: Buffer;
  /** Aborts when the client goes away. */
  readonly ended: AbortController;
  createAnswer(context: RequestContext): ClientAnswer;
}

interface Job {
  readonly context: RequestContext;
  readonly ended: AbortController;
  readonly answer: ClientAnswer;
  readBody(): Promise<Buffer>;
}

interface DispatchParts extends Job {
  readonly body: Buffer;
  readonly index: RoutingIndex;
  readonly resolution: Resolution;
  readonly plan: readonly PlannedAttempt[];
}

/** The plan, or its first attempt alone where the client wants no other. */
function withinWish(plan: readonly PlannedAttempt[], { request }: RequestContext): readonly PlannedAttempt[] {
  return headerOf(request.headers, 'x-switchyard-no-fallback')?.toLowerCase() === 'true' ? plan.slice(0, 1) : plan;
}

function unknownModel(model: string): GatewayError {
  return new GatewayError(
    'model_not_found',
    `the model "${model}" does not exist or this key may not use it: GET /v1/models lists what it may`,
    { param: 'model' },
  );
}

function unsupported({ operation, path }: Surface, { model, targets }: Resolution): GatewayError {
  const providers = new Set(
    targets.flatMap(({ candidates }) => candidates.map(({ credential }) => credential.provider)),
  );
  return new GatewayError(
    'operation_not_supported',
    `the model "${model}" is not for ${path}: ${[...providers].join(' and ')} cannot be asked for ${operation}`,
    { param: 'model' },
  );
}

function totalDeadline(deadlineMs: number): GatewayError {
  return new GatewayError('total_deadline', `the request was not answered within its ${deadlineMs} ms`);
}
