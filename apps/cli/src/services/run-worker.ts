import { mkdir } from 'node:fs/promises';

import { parseKeyring } from '@switchyard/config';
import { startWorker } from '@switchyard/provider-worker';
import { createTracing } from '@switchyard/telemetry';

import { followAsService } from '../compose/follow.js';
import { PURPOSES, required } from '../compose/required.js';
import { runService, type ServiceStart, type StartedService } from '../compose/run-service.js';
import type { ProcessPlace } from '../processes/process-place.js';

export function runWorker(place: ProcessPlace): Promise<void> {
  const start = async ({ environment, logger, closers, metrics }: ServiceStart): Promise<StartedService> => {
    const wireToken = required(environment.wireToken, 'SWITCHYARD_WIRE_TOKEN', PURPOSES.wireToken);
    const masterKey = required(environment.masterKey, 'SWITCHYARD_MASTER_KEY', PURPOSES.masterKey);
    await mkdir(environment.dataDir, { recursive: true });
    const tracing = createTracing({ serviceName: 'switchyard-worker', variables: environment.otel });
    closers.add('tracing', () => tracing.close());
    const credentials = await followAsService({ part: 'credentials', environment, wireToken, logger, closers });
    const { metricsPort } = environment;
    const isServed = metricsPort !== 'off';
    const isAlone = place.count === 1;
    const worker = await startWorker({
      credentials,
      keyring: parseKeyring(masterKey),
      wireToken,
      host: environment.host,
      // A gateway keeps one connection to each port: so it reaches every process, and knows how busy each is.
      wirePort: environment.wirePort + place.place - 1,
      // Its health endpoints are wanted also without metrics; where there are several, the first process answers for all.
      healthPort: isServed && isAlone ? metricsPort : 0,
      metrics: isServed ? metrics : undefined,
      tracing,
      logger,
      drainMs: environment.drainSeconds * 1_000,
    });
    closers.add('worker', () => worker.close());
    return {
      facts: { wire: worker.wireAddress, health: worker.healthAddress, snapshot: credentials.current()?.version },
      readiness: () => worker.readiness(),
    };
  };
  return runService('worker', start, place);
}
