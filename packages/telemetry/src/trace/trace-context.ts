import { TraceFlags, type SpanContext } from '@opentelemetry/api';
import { parseTraceParent, TraceState } from '@opentelemetry/core';

/** The parent of a span from its two headers, or undefined where a new trace is to start. (W3C Trace Context, section 4.) */
export function parseTraceContext(
  traceparent: string | undefined,
  tracestate: string | undefined,
): SpanContext | undefined {
  if (traceparent === undefined) return undefined;
  const parent = parseTraceParent(traceparent);
  if (parent === null) return undefined;
  return {
    ...parent,
    isRemote: true,
    traceState: tracestate === undefined ? undefined : new TraceState(tracestate),
  };
}

/** The `traceparent` header for the children of a span. */
export function formatTraceparent(context: SpanContext): string {
  const sampled = (context.traceFlags & TraceFlags.SAMPLED) === TraceFlags.SAMPLED;
  return `00-${context.traceId}-${context.spanId}-${sampled ? '01' : '00'}`;
}

/** The `tracestate` header for the children of a span: undefined where nothing valid is left of it. */
export function formatTracestate(context: SpanContext): string | undefined {
  const text = context.traceState?.serialize();
  return text === '' ? undefined : text;
}
