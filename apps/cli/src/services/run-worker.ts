import { mkdir } from 'node:fs/promises';

import { parseKeyring } from '@switchyard/config';
import { startWorker } from '@switchyard/provider-worker';
import { createTracing } from '@switchyard/telemetry';

import { followAsService } from '../compose/follow.js';
import { PURPOSES, required } from '../compose/required.js';
import { runService } from '../compose/run-service.js';

export function runWorker(): Promise<void> {
  return runService('worker', async ({ environment, logger, closers, metrics }) => {
    const wireToken = required(environment.wireToken, 'SWITCHYARD_WIRE_TOKEN', PURPOSES.wireToken);
    const masterKey = required(environment.masterKey, 'SWITCHYARD_MASTER_KEY', PURPOSES.masterKey);
    await mkdir(environment.dataDir, { recursive: true });
    const tracing = createTracing({ serviceName: 'switchyard-worker', variables: environment.otel });
    closers.add('tracing', () => tracing.close());
    const credentials = await followAsService({ part: 'credentials', environment, wireToken, logger, closers });
    const { metricsPort } = environment;
    const isServed = metricsPort !== 'off';
    const worker = await startWorker({
      credentials,
      keyring: parseKeyring(masterKey),
      wireToken,
      host: environment.host,
      wirePort: environment.wirePort,
      // Its health endpoints are wanted also without metrics.
      healthPort: isServed ? metricsPort : 0,
      metrics: isServed ? metrics : undefined,
      tracing,
      logger,
      drainMs: environment.drainSeconds * 1_000,
    });
    closers.add('worker', () => worker.close());
    return { wire: worker.wireAddress, health: worker.healthAddress, snapshot: credentials.current()?.version };
  });
}
