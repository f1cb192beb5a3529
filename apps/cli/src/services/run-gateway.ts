import { mkdir } from 'node:fs/promises';

import { createKeyHasher } from '@switchyard/config';
import { startGateway } from '@switchyard/gateway';
import { createTracing } from '@switchyard/telemetry';
import { createWireTransport } from '@switchyard/wire';

import { followAsService } from '../compose/follow.js';
import { PURPOSES, required } from '../compose/required.js';
import { runService } from '../compose/run-service.js';
import { serveMetrics } from '../compose/serve-metrics.js';
import { openSharedState } from '../compose/shared-state.js';

export function runGateway(): Promise<void> {
  return runService('gateway', async ({ environment, logger, closers, metrics }) => {
    const wireToken = required(environment.wireToken, 'SWITCHYARD_WIRE_TOKEN', PURPOSES.wireToken);
    const keyPepper = required(environment.keyPepper, 'SWITCHYARD_KEY_PEPPER', PURPOSES.keyPepper);
    await mkdir(environment.dataDir, { recursive: true });
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
      shared: openSharedState({ ...environment, logger, closers }),
      trustedProxies: environment.trustedProxies,
      operatorToken: environment.ownerToken,
      tracing,
      logger,
      metrics,
      drainMs: environment.drainSeconds * 1_000,
      socketLimits: environment.sockets,
    });
    closers.add('gateway', () => gateway.close());
    const metricsAddress = await serveMetrics({ ...environment, metrics, logger, closers });
    return { address: gateway.address, metrics: metricsAddress, snapshot: routing.current()?.version };
  });
}
