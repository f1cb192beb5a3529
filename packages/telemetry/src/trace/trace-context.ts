import { TraceFlags, type SpanContext } from '@opentelemetry/api';
import { parseTraceParent, TraceState } from '@opentelemetry/core';

// Nearly all are written so. The SDK's own pattern allows for versions to come, and takes several times as long.
const PLAIN = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The parent of a span from its two headers, or undefined where a new trace is to start. (W3C Trace Context, section 4.) */
export function parseTraceContext(
  traceparent: string | undefined,
  tracestate: string | undefined,
): SpanContext | undefined {
  if (traceparent === undefined) return undefined;
  const parent = PLAIN.test(traceparent) ? plainParent(traceparent) : parseTraceParent(traceparent);
  if (parent === null) return undefined;
  return {
    traceId: parent.traceId,
    spanId: parent.spanId,
    traceFlags: parent.traceFlags,
    isRemote: true,
    traceState: tracestate === undefined ? undefined : new TraceState(tracestate),
  };
}

function plainParent(traceparent: string): Pick<SpanContext, 'traceId' | 'spanId' | 'traceFlags'> {
  return {
    traceId: traceparent.slice(3, 35),
    spanId: traceparent.slice(36, 52),
    traceFlags: Number.parseInt(traceparent.slice(53), 16),
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
