import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import { Module, type DynamicModule } from '@nestjs/common';
import { createHttpService, type Readiness } from '@switchyard/nest-kit';
import { indexSnapshot, type RoutingIndex, type RoutingSnapshot } from '@switchyard/routing';
import type { Logger, Metrics, Tracing } from '@switchyard/telemetry';
import type { AttemptTransport } from '@switchyard/wire';

import { ClientRoutes } from './accept/client-routes.js';
import { standBefore } from './accept/front-routes.js';
import { refuseUnparsable } from './accept/refuse-unparsable.js';
import { networkList } from './authenticate/source-address.js';
import { credentialStates } from './meter/credential-states.js';
import { operatorCheck } from './authenticate/operator-token.js';
import { RequestMetrics } from './meter/request-metrics.js';
import { Pipeline, type PipelineOptions } from './pipeline.js';
import { readinessChecks } from './readiness-checks.js';
import { GatewayState } from './state/gateway-state.js';
import { isAlone, type SharedState } from './state/shared-state.js';
import { ResponsesSockets } from './websocket/responses-sockets.js';
import type { SocketLimits } from './websocket/socket-count.js';

/** The newest routing snapshot, and word of the next. */
export interface RoutingSource {
  current(): RoutingSnapshot | undefined;
  onChange(listener: (snapshot: RoutingSnapshot) => void): void;
}

export interface GatewayOptions {
  readonly host: string;
  readonly port: number;
  readonly routing: RoutingSource;
  readonly transport: AttemptTransport;
  hashKey(key: string): string;
  /** Limits, health and usage; whoever made it closes it. */
  readonly shared: SharedState;
  /** Addresses and networks of proxies whose `x-forwarded-for` is believed. Default none. */
  readonly trustedProxies?: readonly string[] | undefined;
  /** Whoever presents it may ask what happens to anybody's requests; without one nobody may. */
  readonly operatorToken?: string | undefined;
  readonly tracing: Tracing;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** How long running requests may take to finish when the gateway is closed. */
  readonly drainMs: number;
  readonly maxBodyBytes?: number;
  /** How often the client of a WebSocket is asked whether it is still there. */
  readonly socketPingMs?: number;
  /** WebSockets that may be open. */
  readonly socketLimits?: SocketLimits;
  /** Listens only once it is ready, or after so long: for a process that shares its port with others. Default: at once. */
  readonly readyWithinMs?: number | undefined;
}

export interface Gateway {
  readonly address: string;
  /** What `/readyz` tells. */
  readiness(): Readiness;
  /** Fails readiness, lets running requests finish within the drain time, then stops. */
  close(): Promise<void>;
}

const DEFAULT_MAX_BODY_BYTES = 32 * 1024 * 1024;
const HEAD_TIMEOUT_MS = 60_000;
const BODY_TIMEOUT_MS = 60_000;
const REQUEST_TIMEOUT_MS = BODY_TIMEOUT_MS + 10_000;
const MAX_JSON_DEPTH = 256;
const SOCKET_PING_MS = 30_000;
const SOCKET_LIMITS: SocketLimits = { perKey: 64, inTotal: 4096 };
const MAX_HEADER_BYTES = 16 * 1024;
// What a request that was cut may take until its line is written.
const METER_GRACE_MS = 2_000;

@Module({})
class GatewayModule {
  static register(pipeline: Pipeline, sockets: ResponsesSockets): DynamicModule {
    return {
      module: GatewayModule,
      providers: [
        { provide: Pipeline, useValue: pipeline },
        { provide: ResponsesSockets, useValue: sockets },
        ClientRoutes,
      ],
    };
  }
}

/** Starts the gateway: a Nest application whose client endpoints are plain Fastify handlers. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { routing, transport, logger, metrics } = options;
  let draining = false;
  const index = followRouting(routing);
  const pipelineOptions: PipelineOptions = {
    index,
    hashKey: options.hashKey,
    state: new GatewayState(options.shared),
    isOperator: operatorCheck(options.operatorToken),
    transport,
    tracing: options.tracing,
    logger,
    metrics,
    requestMetrics: new RequestMetrics(metrics),
    trustedProxies: networkList(options.trustedProxies ?? []),
    bodyLimits: {
      maxBytes: options.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES,
      timeoutMs: BODY_TIMEOUT_MS,
      maxDepth: MAX_JSON_DEPTH,
    },
  };
  const pipeline = new Pipeline(pipelineOptions);
  observe(metrics, { pipeline, index, shared: options.shared });
  const { maxBytes, maxDepth } = pipelineOptions.bodyLimits;
  const sockets = new ResponsesSockets({
    pipeline,
    maxBytes,
    maxDepth,
    pingMs: options.socketPingMs ?? SOCKET_PING_MS,
    limits: options.socketLimits ?? SOCKET_LIMITS,
  });
  const service = await createHttpService({
    module: GatewayModule.register(pipeline, sockets),
    host: options.host,
    port: options.port,
    logger,
    checks: readinessChecks({ index, transport, shared: options.shared, isDraining: () => draining }),
    readyWithinMs: options.readyWithinMs,
    bodyParser: false,
    server: {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: HEAD_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      noDelay: true,
      shouldUpgradeCallback: asksForWebSocket,
    },
    front: (server) =>
      standBefore(server, pipeline, {
        headMs: HEAD_TIMEOUT_MS,
        bodyMs: BODY_TIMEOUT_MS,
        requestMs: REQUEST_TIMEOUT_MS,
      }),
    clientErrorHandler: refuseUnparsable,
    // Bodies are read by the pipeline, as raw bytes and within its own limits.
    configure: (fastify) => {
      fastify.removeAllContentTypeParsers();
      fastify.addContentTypeParser('*', (_request, _payload, done) => done(null));
    },
  });
  return {
    address: service.address,
    readiness: () => service.readiness(),
    close: async () => {
      draining = true;
      sockets.leave();
      const deadlineMs = performance.now() + options.drainMs;
      await settled(pipeline, options.drainMs);
      if (pipeline.inFlight > 0)
        logger.warn({ requests: pipeline.inFlight }, 'requests were cut at the end of the drain time');
      await sockets.close(Math.max(0, deadlineMs - performance.now()));
      await service.close(Math.max(0, deadlineMs - performance.now()));
      await settled(pipeline, METER_GRACE_MS);
      await transport.close();
    },
  };
}

/** The newest snapshot, arranged once for all requests. */
function followRouting(routing: RoutingSource): () => RoutingIndex | undefined {
  let index: RoutingIndex | undefined;
  const take = (snapshot: RoutingSnapshot): void => {
    index = indexSnapshot(snapshot);
  };
  const first = routing.current();
  if (first !== undefined) take(first);
  routing.onChange(take);
  return () => index;
}

function observe(metrics: Metrics, { pipeline, index, shared }: Observed): void {
  metrics.inflight.observe(() => [[pipeline.inFlight, 'gateway']]);
  metrics.snapshotVersion.observe(() => {
    const version = index()?.version;
    return version === undefined ? [] : [[version, 'gateway']];
  });
  metrics.redisDegraded.observe(() => [[isAlone(shared) ? 1 : 0, 'gateway']]);
  metrics.credentialState.observe(() =>
    credentialStates({
      credentials: index()?.credentials ?? [],
      unhealthy: shared.health.unhealthy(),
      nowMs: Date.now(),
    }),
  );
}

interface Observed {
  readonly pipeline: Pipeline;
  index(): RoutingIndex | undefined;
  readonly shared: SharedState;
}

/** Any other upgrade, such as to HTTP/2, is an offer that a server may leave aside. (RFC 9110, section 7.8) */
function asksForWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket';
}

/** Waits until no request is under way, but no longer than this. */
async function settled(pipeline: Pipeline, withinMs: number): Promise<void> {
  const deadlineMs = performance.now() + withinMs;
  while (pipeline.inFlight > 0 && performance.now() < deadlineMs) await sleep(Math.min(50, withinMs));
}
