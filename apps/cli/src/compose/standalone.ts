import { join } from 'node:path';

import { startAdmin } from '@switchyard/admin';
import { createKeyHasher, loadOrCreateSecrets, parseKeyring, type Environment } from '@switchyard/config';
import { CONSOLE_FOLDER } from '@switchyard/console';
import { createDatabase, startEmbeddedPostgres } from '@switchyard/database';
import { startGateway } from '@switchyard/gateway';
import { createAttemptHandler, observeSnapshot } from '@switchyard/provider-worker';
import {
  createMemorySnapshotStore,
  createRedisSnapshotStore,
  followSnapshot,
  type SnapshotFollower,
  type SnapshotPart,
  type SnapshotStore,
} from '@switchyard/shared-state';
import { createMetrics, createTracing, type Logger } from '@switchyard/telemetry';
import { createUpstreamClient } from '@switchyard/upstream';
import { createDirectTransport } from '@switchyard/wire';

import { demoConfiguration, type DemoConfiguration } from './demo.js';
import { serveMetricsIfFree } from './serve-metrics.js';
import { openSharedState } from './shared-state.js';
import type { Closers } from './shutdown.js';

export interface StandaloneOptions {
  readonly environment: Environment;
  /** Without one, a first start gets the demo configuration. */
  readonly configFile?: string | undefined;
  readonly host: string;
  readonly port: number;
  readonly adminPort: number;
  readonly dataDir: string;
  readonly logger: Logger;
  readonly closers: Closers;
}

export interface Standalone {
  readonly gatewayAddress: string;
  readonly adminAddress: string;
  /** Absent when there are none. */
  readonly metricsAddress?: string | undefined;
  /** Absent when the configuration came from a file. */
  readonly demo?: DemoConfiguration | undefined;
}

/** Composes the three services in this process; `REDIS_URL` and `DATABASE_URL` replace the embedded parts. */
export async function startStandalone(options: StandaloneOptions): Promise<Standalone> {
  const { environment, host, dataDir, logger, closers } = options;
  const secrets = await loadOrCreateSecrets(dataDir, environment);
  const keyring = parseKeyring(secrets.masterKey);
  const tracing = createTracing({ serviceName: 'switchyard', variables: environment.otel });
  closers.add('tracing', () => tracing.close());
  const metrics = createMetrics();
  const store = openStore(environment, { logger, closers });
  const databaseUrl = environment.databaseUrl ?? (await embeddedPostgres(dataDir, { logger, closers }));
  const database = createDatabase({ url: databaseUrl });
  closers.add('database', () => database.close());

  const demo = options.configFile === undefined ? await demoConfiguration(dataDir) : undefined;
  const shared = openSharedState({ ...environment, spoolFolder: join(dataDir, 'usage'), logger, closers });
  const admin = await startAdmin({
    database,
    snapshotStore: store,
    health: shared.health,
    keyring,
    pepper: secrets.keyPepper,
    ownerToken: secrets.ownerToken,
    wireToken: secrets.wireToken,
    host,
    port: options.adminPort,
    configFile: options.configFile,
    consoleFolder: CONSOLE_FOLDER,
    initialConfiguration: demo,
    logger,
    metrics,
  });
  closers.add('admin', () => admin.close());

  const follow = <Part extends SnapshotPart>(part: Part): Promise<SnapshotFollower<Part>> =>
    followPart(part, { store, dataDir, logger, closers });
  const credentials = await follow('credentials');
  observeSnapshot(metrics, credentials);
  const upstream = createUpstreamClient();
  closers.add('upstream', () => upstream.close());
  const gateway = await startGateway({
    host,
    port: options.port,
    routing: await follow('routing'),
    transport: createDirectTransport(createAttemptHandler({ credentials, keyring, upstream, tracing, logger })),
    hashKey: createKeyHasher(secrets.keyPepper),
    shared,
    trustedProxies: environment.trustedProxies,
    operatorToken: secrets.ownerToken,
    tracing,
    logger,
    metrics,
    drainMs: environment.drainSeconds * 1_000,
    socketLimits: environment.sockets,
  });
  closers.add('gateway', () => gateway.close());
  const { metricsPort } = environment;
  const metricsAddress = await serveMetricsIfFree({ host, metricsPort, metrics, logger, closers });
  return { gatewayAddress: gateway.address, adminAddress: admin.address, metricsAddress, demo };
}

interface Parts {
  readonly logger: Logger;
  readonly closers: Closers;
}

function openStore(environment: Environment, { logger, closers }: Parts): SnapshotStore {
  const store =
    environment.redisUrl === undefined
      ? createMemorySnapshotStore()
      : createRedisSnapshotStore({
          url: environment.redisUrl,
          onError: (error) => logger.warn({ err: error }, 'redis: going on with the last good snapshot'),
        });
  closers.add('snapshot store', () => store.close());
  return store;
}

async function embeddedPostgres(dataDir: string, { logger, closers }: Parts): Promise<string> {
  const postgres = await startEmbeddedPostgres({
    dataDir: join(dataDir, 'postgres'),
    onLog: (line) => logger.debug({ line }, 'postgres'),
  });
  closers.add('postgres', () => postgres.stop());
  return postgres.url;
}

async function followPart<Part extends SnapshotPart>(
  part: Part,
  { store, dataDir, logger, closers }: Parts & { readonly store: SnapshotStore; readonly dataDir: string },
): Promise<SnapshotFollower<Part>> {
  const follower = await followSnapshot({
    part,
    store,
    cacheFile: join(dataDir, `snapshot-${part}.json`),
    onError: (error) => logger.warn({ err: error }, 'snapshot: going on with the last good one'),
  });
  closers.add(`${part} snapshot`, () => follower.close());
  return follower;
}
