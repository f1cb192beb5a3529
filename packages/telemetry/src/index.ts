export { createLogger, type Logger, type LoggerOptions } from './log/create-logger.js';
export { createTracing, type TracingOptions } from './trace/create-tracing.js';
export type { SpanAttributes, SpanOptions, TraceSpan, TraceVariables, Tracing } from './trace/tracing.js';
