import type { Keyring } from '@switchyard/config';
import { createHttpService, registerMetrics, type HttpService, type Readiness } from '@switchyard/nest-kit';
import { PROVIDERS } from '@switchyard/providers';
import type { Logger, Metrics, Tracing } from '@switchyard/telemetry';
import { createUpstreamClient } from '@switchyard/upstream';
import { WireStrategy, type WireAddress, type WireTls } from '@switchyard/wire';

import { createAttemptHandler } from '../handle-attempt.js';
import type { TargetSource } from '../prepare/resolve-target.js';

export interface WorkerOptions {
  /** The follower of the snapshot's `credentials` part. The caller closes it, as it does the tracing. */
  readonly credentials: TargetSource;
  readonly keyring: Keyring;
  readonly wireToken: string;
  readonly host: string;
  /** 0 takes a free one; so does `healthPort`. */
  readonly wirePort: number;
  readonly healthPort: number;
  /** Served beside the health endpoints. */
  readonly metrics?: Metrics | undefined;
  readonly tracing: Tracing;
  readonly logger: Logger;
  readonly tls?: WireTls | undefined;
  /** How long running attempts may take to finish when the worker is closed. */
  readonly drainMs: number;
}

export interface Worker {
  readonly wireAddress: WireAddress;
  /** `http://host:port` of the health endpoints. */
  readonly healthAddress: string;
  /** What `/readyz` tells. */
  readiness(): Readiness;
  /** Fails readiness, sends gateways elsewhere, lets running attempts finish within the drain time, then stops. */
  close(): Promise<void>;
}

/** Starts a worker: a Nest application with health endpoints, and the wire as its transport. */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const { credentials, keyring, tracing, logger, host } = options;
  let draining = false;
  const upstream = createUpstreamClient();
  const strategy = new WireStrategy({
    host,
    port: options.wirePort,
    token: options.wireToken,
    providers: PROVIDERS.map((provider) => provider.slug),
    handler: createAttemptHandler({ credentials, keyring, upstream, tracing, logger }),
    tls: options.tls,
    drainTimeoutMs: options.drainMs,
    logger,
  });
  const service = await createHttpService({
    host,
    port: options.healthPort,
    logger,
    checks: [
      { name: 'credentials', check: () => missingCredentials(credentials) },
      { name: 'draining', check: () => (draining ? 'the worker is shutting down' : undefined) },
    ],
    configure: (fastify) => {
      if (options.metrics !== undefined) registerMetrics(fastify, options.metrics);
    },
  });
  await connectWire(service, strategy);
  options.metrics?.inflight.observe(() => [[strategy.server.openStreams, 'worker']]);
  if (options.metrics !== undefined) observeSnapshot(options.metrics, credentials);
  return {
    wireAddress: strategy.server.address,
    healthAddress: service.address,
    readiness: () => service.readiness(),
    close: async () => {
      draining = true;
      // Before the application closes, so that the health endpoints tell of it to the end.
      await strategy.close();
      await service.close();
      await upstream.close();
    },
  };
}

/** Leaves nothing open when the wire's port cannot be had. */
async function connectWire(service: HttpService, strategy: WireStrategy): Promise<void> {
  try {
    service.app.connectMicroservice({ strategy });
    await service.app.startAllMicroservices();
  } catch (error) {
    await service.close();
    throw error;
  }
}

/** Tells the version of the worker's half of the snapshot. */
export function observeSnapshot(metrics: Metrics, credentials: TargetSource): void {
  metrics.snapshotVersion.observe(() => {
    const version = credentials.current()?.version;
    return version === undefined ? [] : [[version, 'worker']];
  });
}

function missingCredentials(credentials: TargetSource): string | undefined {
  return credentials.current() === undefined ? 'no credentials have arrived yet: is admin running?' : undefined;
}
