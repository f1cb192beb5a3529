import type { Environment } from '@switchyard/config';
import { startMetricsService } from '@switchyard/nest-kit';
import type { Logger, Metrics } from '@switchyard/telemetry';

import type { Closers } from './shutdown.js';

export interface ServeMetricsOptions extends Pick<Environment, 'host' | 'metricsPort'> {
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly closers: Closers;
}

/** Serves `GET /metrics` and returns its address; undefined where the port is off. */
export async function serveMetrics(options: ServeMetricsOptions): Promise<string | undefined> {
  const { host, metricsPort, metrics, logger, closers } = options;
  if (metricsPort === 'off') return undefined;
  const service = await startMetricsService({ host, port: metricsPort, metrics, logger });
  closers.add('metrics', () => service.close());
  return `${service.address}/metrics`;
}

/** The same, but a port that is taken is only told: the machine of a standalone may run another, or something else there. */
export async function serveMetricsIfFree(options: ServeMetricsOptions): Promise<string | undefined> {
  try {
    return await serveMetrics(options);
  } catch (error) {
    if (!isTaken(error)) throw error;
    const { metricsPort, logger } = options;
    logger.warn({ metricsPort }, 'no metrics: their port is taken; set SWITCHYARD_METRICS_PORT to another, or to off');
    return undefined;
  }
}

function isTaken(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'EADDRINUSE';
}
