import { TraceFlags, type SpanContext } from '@opentelemetry/api';
import { RandomIdGenerator } from '@opentelemetry/sdk-trace';

import { formatTraceparent, formatTracestate, parseTraceContext } from './trace-context.js';
import type { SpanOptions, TraceSpan, Tracing } from './tracing.js';

/** Tracing without a collector: a client's trace goes on through this process, and nothing is kept of it. */
export function createUnrecordedTracing(): Tracing {
  const ids = new RandomIdGenerator();
  return {
    startSpan: (_name: string, options: SpanOptions) => {
      const parent = parseTraceContext(options.traceparent, options.tracestate);
      return new UnrecordedSpan({
        traceId: parent?.traceId ?? ids.generateTraceId(),
        spanId: ids.generateSpanId(),
        traceFlags: parent?.traceFlags ?? TraceFlags.NONE,
        traceState: parent?.traceState,
      });
    },
    close: () => Promise.resolve(),
  };
}

class UnrecordedSpan implements TraceSpan {
  readonly isRecording = false;
  readonly #context: SpanContext;

  constructor(context: SpanContext) {
    this.#context = context;
  }

  get traceparent(): string {
    return formatTraceparent(this.#context);
  }

  get tracestate(): string | undefined {
    return formatTracestate(this.#context);
  }

  get traceId(): string {
    return this.#context.traceId;
  }

  setAttributes(): void {}

  fail(): void {}

  end(): void {}
}
