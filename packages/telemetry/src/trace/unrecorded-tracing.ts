import { TraceFlags, type SpanContext } from '@opentelemetry/api';

import { formatTraceparent, formatTracestate, parseTraceContext } from './trace-context.js';
import { newSpanId, newTraceId } from './trace-ids.js';
import type { SpanOptions, TraceSpan, Tracing } from './tracing.js';

/** Tracing without a collector: a client's trace goes on through this process, and nothing is kept of it. */
export function createUnrecordedTracing(): Tracing {
  return {
    startSpan: (_name: string, options: SpanOptions) => {
      const parent = parseTraceContext(options.traceparent, options.tracestate);
      return new UnrecordedSpan({
        traceId: parent?.traceId ?? newTraceId(),
        spanId: newSpanId(),
        traceFlags: parent?.traceFlags ?? TraceFlags.NONE,
        traceState: parent?.traceState,
      });
    },
    close: () => Promise.resolve(),
  };
}

/** A span that is nothing but its ids. */
export class UnrecordedSpan implements TraceSpan {
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
