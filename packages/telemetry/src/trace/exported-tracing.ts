import { SpanKind, TraceFlags } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';

import { EndedSpans, ExportedSpan, GivenIds } from './exported-span.js';
import { chooseSampling, isSampled, samplerFor } from './sampling.js';
import { parseTraceContext } from './trace-context.js';
import { newSpanId, newTraceId } from './trace-ids.js';
import { exportHeaders, resourceAttributes } from './trace-settings.js';
import type { SpanOptions, TraceVariables, Tracing } from './tracing.js';
import { UnrecordedSpan } from './unrecorded-tracing.js';

const CLOSE_DEADLINE_MS = 3_000;
const SPAN_KINDS = { server: SpanKind.SERVER, client: SpanKind.CLIENT } as const;

export interface ExportedTracingOptions {
  readonly serviceName: string;
  readonly endpoint: string;
  readonly variables: TraceVariables;
}

/**
 * Tracing that exports by OTLP over HTTP, in batches and in the background: spans queue up to a limit and are dropped
 * beyond it, so that a slow or absent collector costs memory once and time never.
 */
export function createExportedTracing(options: ExportedTracingOptions): Tracing {
  const { serviceName, endpoint, variables } = options;
  const exporter = new OTLPTraceExporter({
    url: endpoint,
    headers: exportHeaders(variables),
    timeoutMillis:
      positiveNumber(variables['OTEL_EXPORTER_OTLP_TRACES_TIMEOUT']) ??
      positiveNumber(variables['OTEL_EXPORTER_OTLP_TIMEOUT']),
  });
  const sampling = chooseSampling(variables);
  const ids = new GivenIds();
  const provider = new TracerProvider({
    resource: defaultResource().merge(resourceFromAttributes(resourceAttributes(serviceName, variables))),
    sampler: samplerFor(sampling),
    idGenerator: ids,
    spanProcessors: [new BatchSpanProcessor({ exporter, ...batchSettings(variables) })],
  });
  const ended = new EndedSpans(provider.getTracer('switchyard'), ids);
  return {
    startSpan: (name: string, spanOptions: SpanOptions) => {
      const parent = parseTraceContext(spanOptions.traceparent, spanOptions.tracestate);
      const traceId = parent?.traceId ?? newTraceId();
      const spanId = newSpanId();
      const traceState = parent?.traceState;
      if (!isSampled(sampling, { traceId, parentFlags: parent?.traceFlags })) {
        return new UnrecordedSpan({ traceId, spanId, traceFlags: TraceFlags.NONE, traceState });
      }
      const context = { traceId, spanId, traceFlags: TraceFlags.SAMPLED, traceState };
      const span = new ExportedSpan({ name, kind: SPAN_KINDS[spanOptions.kind], context, parent }, ended);
      if (spanOptions.attributes !== undefined) span.setAttributes(spanOptions.attributes);
      return span;
    },
    close: () => {
      ended.handOver();
      return settleWithin(provider.shutdown(), CLOSE_DEADLINE_MS);
    },
  };
}

/** (OpenTelemetry SDK environment variables, "Batch Span Processor".) */
function batchSettings(variables: TraceVariables) {
  return {
    scheduledDelayMillis: positiveNumber(variables['OTEL_BSP_SCHEDULE_DELAY']),
    maxQueueSize: positiveNumber(variables['OTEL_BSP_MAX_QUEUE_SIZE']),
    maxExportBatchSize: positiveNumber(variables['OTEL_BSP_MAX_EXPORT_BATCH_SIZE']),
  };
}

function positiveNumber(text: string | undefined): number | undefined {
  const value = Number(text);
  return value > 0 ? value : undefined;
}

/** Waits for a promise, whatever becomes of it, but no longer than this. */
async function settleWithin(work: Promise<void>, deadlineMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, deadlineMs);
  });
  try {
    await Promise.race([work.catch(() => undefined), deadline]);
  } finally {
    clearTimeout(timer);
  }
}
