import { METRICS_CONTENT_TYPE, type Logger, type Metrics } from '@switchyard/telemetry';
import type { FastifyInstance } from 'fastify';

import { createHttpService, type HttpService } from './http-service.js';

export interface MetricsServiceOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

/** Serves a process's metrics as `GET /metrics`, unauthenticated, at a port of their own. */
export function startMetricsService({ metrics, ...options }: MetricsServiceOptions): Promise<HttpService> {
  return createHttpService({ ...options, configure: (fastify) => registerMetrics(fastify, metrics) });
}

/** Serves a process's metrics as `GET /metrics` beside what else is there. */
export function registerMetrics(fastify: FastifyInstance, metrics: Metrics): void {
  fastify.get('/metrics', (_request, reply) => reply.type(METRICS_CONTENT_TYPE).send(metrics.text()));
}
