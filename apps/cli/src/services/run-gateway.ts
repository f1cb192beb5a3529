import { mkdir } from 'node:fs/promises';

import { createKeyHasher } from '@switchyard/config';
import { startGateway } from '@switchyard/gateway';
import { createTracing } from '@switchyard/telemetry';
import { createWireTransport } from '@switchyard/wire';

import { followAsService } from '../compose/follow.js';
import { PURPOSES, required } from '../compose/required.js';
import { runService, type ServiceStart, type StartedService } from '../compose/run-service.js';
import { serveMetrics } from '../compose/serve-metrics.js';
import { openSharedState } from '../compose/shared-state.js';
import { gatherSpools, spoolFolder } from '../processes/gather-spools.js';
import type { ProcessPlace } from '../processes/process-place.js';

/** Where several share a port, one that cannot serve yet leaves requests to the others, but not for longer than this. */
const READY_WITHIN_MS = 5_000;

export function runGateway(place: ProcessPlace): Promise<void> {
  const start = async ({ environment, logger, closers, metrics }: ServiceStart): Promise<StartedService> => {
    const wireToken = required(environment.wireToken, 'SWITCHYARD_WIRE_TOKEN', PURPOSES.wireToken);
    const keyPepper = required(environment.keyPepper, 'SWITCHYARD_KEY_PEPPER', PURPOSES.keyPepper);
    await mkdir(environment.dataDir, { recursive: true });
    await gatherSpools(environment.dataDir, place);
    const tracing = createTracing({ serviceName: 'switchyard-gateway', variables: environment.otel });
    closers.add('tracing', () => tracing.close());
    const routing = await followAsService({ part: 'routing', environment, wireToken, logger, closers });
    const workers = environment.workers.map(({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`);
    const gateway = await startGateway({
      host: environment.host,
      port: environment.gatewayPort,
      routing,
      transport: createWireTransport({ workers: workers.join(','), token: wireToken, logger }),
      hashKey: createKeyHasher(keyPepper),
      shared: openSharedState({
        ...environment,
        spoolFolder: spoolFolder(environment.dataDir, place.place),
        logger,
        closers,
      }),
      trustedProxies: environment.trustedProxies,
      operatorToken: environment.ownerToken,
      tracing,
      logger,
      metrics,
      drainMs: environment.drainSeconds * 1_000,
      socketLimits: environment.sockets,
      readyWithinMs: place.count > 1 ? READY_WITHIN_MS : undefined,
    });
    closers.add('gateway', () => gateway.close());
    // Those of one process among several would be of no use: the first process serves the sums.
    const metricsPort = place.count > 1 ? 'off' : environment.metricsPort;
    const metricsAddress = await serveMetrics({ ...environment, metricsPort, metrics, logger, closers });
    return {
      facts: { address: gateway.address, metrics: metricsAddress, snapshot: routing.current()?.version },
      readiness: () => gateway.readiness(),
    };
  };
  return runService('gateway', start, place);
}
