import type { BlockList } from 'node:net';

import { GatewayError, toGatewayError, type DialectId } from '@switchyard/canonical';
import type { RoutingIndex } from '@switchyard/routing';
import type { Logger, Metrics, Tracing } from '@switchyard/telemetry';
import { Cancellation, type AttemptTransport } from '@switchyard/wire';

import { headerOf } from './accept/client-headers.js';
import { createContext } from './accept/create-context.js';
import type { ClientRequest, HttpExchange } from './accept/http-exchange.js';
import { tooLarge, type BodyLimits } from './accept/read-body.js';
import { clientGone, type RequestContext } from './accept/request-context.js';
import { requestIdOf } from './accept/request-id.js';
import { scanBody } from './accept/scan-body.js';
import type { Surface } from './accept/surfaces.js';
import { admit } from './admit/admit.js';
import { estimateTokens } from './admit/estimate.js';
import { authenticate, type Caller } from './authenticate/authenticate.js';
import { clientKeyOf } from './authenticate/client-key.js';
import { checkSourceAddress, clientAddress } from './authenticate/source-address.js';
import type { ClientAnswer } from './dispatch/client-answer.js';
import { RequestDispatch, type RequestJob } from './dispatch/dispatch-request.js';
import { dispatch } from './dispatch/dispatch.js';
import { HttpAnswer } from './dispatch/http-answer.js';
import type { ExplainSource } from './explain/explain-route.js';
import { meter } from './meter/meter.js';
import type { RequestMetrics } from './meter/request-metrics.js';
import type { RequestOutcome } from './meter/request-record.js';
import type { OpsSource } from './ops/ops-routes.js';
import { resolveRequest } from './resolve/resolve-request.js';
import type { GatewayState } from './state/gateway-state.js';

export interface PipelineOptions {
  /** The newest routing table; undefined until the first one came. */
  index(): RoutingIndex | undefined;
  hashKey(key: string): string;
  readonly state: GatewayState;
  /** Whether a token is the operator's. */
  isOperator(token: string): boolean;
  readonly transport: AttemptTransport;
  readonly tracing: Tracing;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly requestMetrics: RequestMetrics;
  readonly bodyLimits: BodyLimits & { readonly maxDepth: number };
  /** Proxies whose word on a client's address is believed. */
  readonly trustedProxies: BlockList;
}

/** The way of a request: accept, authenticate, resolve, admit, choose, dispatch, meter. */
export class Pipeline {
  /** Requests under way. */
  inFlight = 0;

  constructor(private readonly options: PipelineOptions) {}

  /** Serves one request to its end. Never rejects. */
  serve(surface: Surface, exchange: HttpExchange): Promise<void> {
    const { request, response } = exchange;
    const ended = new Cancellation();
    response.onGone = () => ended.abort(clientGone());
    const requestId = requestIdOf(request.headers['x-request-id']);
    const context = createContext({ surface, request, requestId, signal: ended }, this.options.tracing);
    const readIt = (): Buffer | Promise<Buffer> => exchange.readBody(this.options.bodyLimits);
    return this.run({ context, ended, readBody: readIt, answer: new HttpAnswer(context, response) });
  }

  /** Serves one turn of a WebSocket to its end, as a request of its own. Never rejects. */
  serveTurn(turn: Turn): Promise<void> {
    const { surface, request, ended, body } = turn;
    const parts = { surface, request, requestId: requestIdOf(undefined), signal: ended };
    const context = createContext(parts, this.options.tracing);
    const checkIt = (): Buffer => {
      // A conversation grows with its turns, beyond what any one frame may be.
      if (body.length > this.options.bodyLimits.maxBytes) throw tooLarge(this.options.bodyLimits);
      return body;
    };
    return this.run({ context, ended, readBody: checkIt, answer: turn.createAnswer(context) });
  }

  private async run(job: Job): Promise<void> {
    this.inFlight += 1;
    let dispatching: RequestDispatch | undefined;
    let outcome: RequestOutcome;
    try {
      const { index, caller } = this.recognise(job);
      const reading = job.readBody();
      const body = reading instanceof Promise ? await reading : reading;
      const ready = this.resolve(job, { index, caller, body });
      const { context, resolution, estimate } = ready;
      const admitting = admit({ context, caller, index, resolution, estimate, state: this.options.state });
      if (admitting !== undefined) await admitting;
      dispatching = new RequestDispatch(ready, this.options);
      outcome = dispatching.conclude(await dispatch(dispatching));
    } catch (thrown) {
      outcome = this.refuse(job, thrown);
    } finally {
      this.inFlight -= 1;
      dispatching?.close();
    }
    const { logger, requestMetrics, state } = this.options;
    meter(job.context, outcome, { logger, metrics: requestMetrics, usage: state.shared.usage });
  }

  /** Before the body is read: a stranger cannot make the gateway hold one. */
  private recognise({ context }: Job): Omit<Known, 'body'> {
    const index = this.newestIndex();
    context.snapshotVersion = index.version;
    const caller = this.callerOf(context.request, context.surface.dialect);
    context.caller = caller;
    return { index, caller };
  }

  /** What a request asks for, and who can answer it. */
  private resolve({ context, ended, answer }: Job, { index, caller, body }: Known): RequestJob {
    context.bodyBytes = body.length;
    const facts = scanBody(body, {
      surface: context.surface,
      contentType: headerOf(context.request.headers, 'content-type'),
      maxDepth: this.options.bodyLimits.maxDepth,
    });
    context.facts = facts;
    const resolution = resolveRequest(context, caller, facts.model);
    const { operation } = context.surface;
    const estimate = estimateTokens({ body, operation, maxOutputTokens: facts.maxOutputTokens });
    return { context, ended, answer, body, index, resolution, estimate };
  }

  /** Who asks. @throws GatewayError as `authenticate` does, `address_not_allowed`, or `not_ready`. */
  callerOf(request: ClientRequest, dialect: DialectId): Caller {
    const caller = authenticate(this.newestIndex(), {
      presented: clientKeyOf(request, dialect),
      hash: this.options.hashKey,
      nowMs: Date.now(),
    });
    if (caller.key.sourceAddresses !== undefined) {
      const forwardedFor = headerOf(request.headers, 'x-forwarded-for');
      const origin = { peer: request.socket.remoteAddress, forwardedFor };
      checkSourceAddress(caller.key, clientAddress(origin, this.options.trustedProxies));
    }
    return caller;
  }

  /** What explanations are made from: the same as decisions are. */
  explainSource(): ExplainSource {
    return {
      routing: () => {
        const index = this.newestIndex();
        return { index, state: this.options.state.routing(index) };
      },
      callerOf: (request, dialect) => this.callerOf(request, dialect),
      isOperator: this.options.isOperator,
    };
  }

  /** What operators are told from. */
  opsSource(): OpsSource {
    const { state, metrics, isOperator, transport } = this.options;
    return {
      index: () => this.newestIndex(),
      state,
      metrics,
      inFlight: () => this.inFlight,
      availableWorkers: () => transport.availableWorkers(),
      isOperator,
      callerOf: (request, dialect) => this.callerOf(request, dialect),
    };
  }

  private newestIndex(): RoutingIndex {
    const index = this.options.index();
    if (index !== undefined) return index;
    throw new GatewayError('not_ready', 'no configuration has arrived yet: try again shortly', { retryAfterMs: 1_000 });
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
  readonly request: ClientRequest;
  readonly body: Buffer;
  /** Aborts when the client goes away. */
  readonly ended: Cancellation;
  createAnswer(context: RequestContext): ClientAnswer;
}

interface Job {
  readonly context: RequestContext;
  readonly ended: Cancellation;
  readonly answer: ClientAnswer;
  readBody(): Buffer | Promise<Buffer>;
}

/** What is known before a request is resolved. */
interface Known {
  readonly index: RoutingIndex;
  readonly caller: Caller;
  readonly body: Buffer;
}
