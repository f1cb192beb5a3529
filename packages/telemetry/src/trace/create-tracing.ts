import { createExportedTracing } from './exported-tracing.js';
import { traceEndpoint } from './trace-settings.js';
import type { TraceVariables, Tracing } from './tracing.js';
import { createUnrecordedTracing } from './unrecorded-tracing.js';

export interface TracingOptions {
  /** The `service.name` where the variables give none. */
  readonly serviceName: string;
  readonly variables: TraceVariables;
}

/** Hand-made spans, exported where `OTEL_EXPORTER_OTLP_ENDPOINT` (or the one for traces) says; without it only ids go on. */
export function createTracing(options: TracingOptions): Tracing {
  const endpoint = traceEndpoint(options.variables);
  if (endpoint === undefined) return createUnrecordedTracing();
  return createExportedTracing({ serviceName: options.serviceName, endpoint, variables: options.variables });
}
