export { HealthModule } from './health.js';
export {
  createHttpService,
  type HttpFront,
  type HttpService,
  type HttpServiceOptions,
  type ParseFailure,
} from './http-service.js';
export { registerMetrics, startMetricsService, type MetricsServiceOptions } from './metrics-service.js';
export { createNestLogger } from './nest-logger.js';
export { readinessOf, type Readiness, type ReadinessCheck } from './readiness.js';
