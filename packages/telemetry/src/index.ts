export { genAiOperationName, genAiProviderName } from './genai/names.js';
export { createLogger, type Logger, type LoggerOptions } from './log/create-logger.js';
export { createMetrics, type Metrics, type MetricsOptions } from './metrics/create-metrics.js';
export { METRICS_CONTENT_TYPE } from './metrics/exposition.js';
export { OTHER, type Family, type Reading } from './metrics/family.js';
export type { GaugeFamily } from './metrics/gauge-family.js';
export { createTracing, type TracingOptions } from './trace/create-tracing.js';
export type { SpanAttributes, SpanOptions, TraceSpan, TraceVariables, Tracing } from './trace/tracing.js';
