import { mkdir } from 'node:fs/promises';

import { hashKey } from '@switchyard/config';
import { startGateway } from '@switchyard/gateway';
import { createTracing } from '@switchyard/telemetry';
import { createWireTransport } from '@switchyard/wire';
import { Command } from 'commander';

import { followAsService } from '../compose/follow.js';
import { PURPOSES, required } from '../compose/required.js';
import { runService } from '../compose/run-service.js';
import { serveMetrics } from '../compose/serve-metrics.js';
import { openSharedState } from '../compose/shared-state.js';

export function gatewayCommand(): Command {
  return new Command('gateway')
    .description('run one gateway, for containers; configured by environment variables (.env.example)')
    .addHelpText(
      'after',
      `
Example:
  REDIS_URL=redis://redis:6379 SWITCHYARD_WORKERS=worker:8318 \\
  SWITCHYARD_WIRE_TOKEN=... SWITCHYARD_KEY_PEPPER=... switchyard gateway`,
    )
    .action(runGateway);
}

function runGateway(): Promise<void> {
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
      hashKey: (key) => hashKey(keyPepper, key),
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
