import { mkdir } from 'node:fs/promises';

import { startAdmin } from '@switchyard/admin';
import { parseKeyring } from '@switchyard/config';
import { CONSOLE_FOLDER } from '@switchyard/console';
import { createDatabase } from '@switchyard/database';
import {
  createMemorySnapshotStore,
  createRedisHealthStore,
  createRedisSnapshotStore,
  type HealthStore,
} from '@switchyard/shared-state';

import { PURPOSES, required } from '../compose/required.js';
import { runService, type ServiceStart } from '../compose/run-service.js';
import { serveMetrics } from '../compose/serve-metrics.js';

export function runAdmin(): Promise<void> {
  return runService('admin', async ({ environment, logger, closers, metrics }) => {
    const url = required(environment.databaseUrl, 'DATABASE_URL', PURPOSES.databaseUrl);
    const wireToken = required(environment.wireToken, 'SWITCHYARD_WIRE_TOKEN', PURPOSES.wireToken);
    const pepper = required(environment.keyPepper, 'SWITCHYARD_KEY_PEPPER', PURPOSES.keyPepper);
    const masterKey = required(environment.masterKey, 'SWITCHYARD_MASTER_KEY', PURPOSES.masterKey);
    const ownerToken = required(environment.ownerToken, 'SWITCHYARD_OWNER_TOKEN', PURPOSES.ownerToken);
    await mkdir(environment.dataDir, { recursive: true });
    const onError = (error: Error): void => logger.warn({ err: error }, 'redis: snapshots are served by admin alone');
    // Without Redis the data plane pulls from here.
    const store =
      environment.redisUrl === undefined
        ? createMemorySnapshotStore()
        : createRedisSnapshotStore({ url: environment.redisUrl, onError });
    closers.add('snapshot store', () => store.close());
    const database = createDatabase({ url });
    closers.add('database', () => database.close());
    const admin = await startAdmin({
      database,
      snapshotStore: store,
      health: openHealth({ ...environment, logger, closers }),
      keyring: parseKeyring(masterKey),
      pepper,
      ownerToken,
      wireToken,
      host: environment.host,
      port: environment.adminPort,
      configFile: environment.configPath,
      consoleFolder: CONSOLE_FOLDER,
      logger,
      metrics,
    });
    closers.add('admin', () => admin.close());
    const metricsAddress = await serveMetrics({ ...environment, metrics, logger, closers });
    return { facts: { address: admin.address, metrics: metricsAddress } };
  });
}

/** What the gateways share; without Redis each keeps its own, and admin has no part in it. */
function openHealth({ redisUrl, logger, closers }: HealthParts): HealthStore | undefined {
  if (redisUrl === undefined) return undefined;
  const health = createRedisHealthStore({
    url: redisUrl,
    probes: false,
    onError: (error) => logger.warn({ err: error }, 'redis: the health of credentials is not known'),
  });
  closers.add('health', () => health.close());
  return health;
}

interface HealthParts extends Pick<ServiceStart, 'logger' | 'closers'> {
  readonly redisUrl?: string | undefined;
}
