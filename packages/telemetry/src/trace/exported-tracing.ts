import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Attributes,
  type Span,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider, type IdGenerator } from '@opentelemetry/sdk-trace';

import { chooseSampling, isSampled, samplerFor } from './sampling.js';
import { formatTraceparent, formatTracestate, parseTraceContext } from './trace-context.js';
import { newSpanId, newTraceId } from './trace-ids.js';
import { exportHeaders, resourceAttributes } from './trace-settings.js';
import type { SpanAttributes, SpanOptions, TraceSpan, TraceVariables, Tracing } from './tracing.js';
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
  const tracer = provider.getTracer('switchyard');
  return {
    startSpan: (name: string, spanOptions: SpanOptions) => {
      const parent = parseTraceContext(spanOptions.traceparent, spanOptions.tracestate);
      const traceId = parent?.traceId ?? newTraceId();
      const spanId = newSpanId();
      if (!isSampled(sampling, { traceId, parentFlags: parent?.traceFlags })) {
        return new UnrecordedSpan({ traceId, spanId, traceFlags: TraceFlags.NONE, traceState: parent?.traceState });
      }
      const context = parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
      const kind = SPAN_KINDS[spanOptions.kind];
      ids.give(traceId, spanId);
      const attributes = copyAttributes(spanOptions.attributes ?? {});
      return new ExportedSpan(tracer.startSpan(name, { kind, attributes }, context));
    },
    close: () => settleWithin(provider.shutdown(), CLOSE_DEADLINE_MS),
  };
}

/** Names the next span as it was named when it was decided on. */
class GivenIds implements IdGenerator {
  #traceId = '';
  #spanId = '';

  give(traceId: string, spanId: string): void {
    this.#traceId = traceId;
    this.#spanId = spanId;
  }

  generateTraceId(): string {
    return this.#traceId;
  }

  generateSpanId(): string {
    return this.#spanId;
  }
}

class ExportedSpan implements TraceSpan {
  readonly #span: Span;
  #ended = false;

  constructor(span: Span) {
    this.#span = span;
  }

  get traceparent(): string {
    return formatTraceparent(this.#span.spanContext());
  }

  get tracestate(): string | undefined {
    return formatTracestate(this.#span.spanContext());
  }

  get traceId(): string {
    return this.#span.spanContext().traceId;
  }

  get isRecording(): boolean {
    return this.#span.isRecording();
  }

  setAttributes(attributes: SpanAttributes): void {
    if (this.#ended || !this.#span.isRecording()) return;
    this.#span.setAttributes(copyAttributes(attributes));
  }

  fail(errorType: string): void {
    if (this.#ended) return;
    this.#span.setAttribute('error.type', errorType);
    this.#span.setStatus({ code: SpanStatusCode.ERROR });
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#span.end();
  }
}

function copyAttributes(attributes: SpanAttributes): Attributes {
  const copy: Attributes = {};
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined) continue;
    copy[name] = typeof value === 'object' ? [...value] : value;
  }
  return copy;
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
