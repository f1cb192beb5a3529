import { totalInput } from '@switchyard/canonical';
import { genAiOperationName, genAiProviderName, type TraceSpan, type Tracing } from '@switchyard/telemetry';
import type { AttemptEnd, AttemptOpen } from '@switchyard/wire';

import type { Target } from '../prepare/resolve-target.js';

/** Starts the span of one attempt. Without a target, the attempt has failed already. */
export function startAttemptSpan(tracing: Tracing, open: AttemptOpen, target: Target | undefined): TraceSpan {
  const operation = genAiOperationName(open.operation);
  const { traceparent, tracestate } = open;
  const span = tracing.startSpan(`${operation} ${open.model}`, { kind: 'client', traceparent, tracestate });
  if (!span.isRecording) return span;
  span.setAttributes({
    'gen_ai.operation.name': operation,
    'gen_ai.provider.name': genAiProviderName(open.provider),
    'gen_ai.request.model': open.model,
    'gen_ai.request.stream': open.stream ? true : undefined,
    'server.address': target?.url.hostname,
    'server.port': target === undefined ? undefined : portOf(target.url),
    'switchyard.request.id': open.requestId,
    'switchyard.requested_model': open.requestedModel,
    'switchyard.credential.id': open.credentialId,
    'switchyard.attempt.ordinal': open.ordinal,
  });
  return span;
}

export function endAttemptSpan(span: TraceSpan, end: AttemptEnd): void {
  if (span.isRecording) describeEnd(span, end);
  if (end.error !== undefined) span.fail(end.error.code);
  span.end();
}

function describeEnd(span: TraceSpan, end: AttemptEnd): void {
  const { usage, finish, timings } = end;
  span.setAttributes({
    'gen_ai.response.model': end.answeredModel,
    'gen_ai.response.finish_reasons': finish === undefined ? undefined : [finish.raw ?? finish.reason],
    'gen_ai.response.time_to_first_chunk':
      timings.firstContentMs === undefined ? undefined : timings.firstContentMs / 1000,
    'gen_ai.usage.input_tokens': usage === undefined ? undefined : totalInput(usage),
    'gen_ai.usage.output_tokens': usage?.output,
    'gen_ai.usage.cache_read.input_tokens': usage?.cacheRead,
    'gen_ai.usage.cache_creation.input_tokens':
      usage === undefined ? undefined : usage.cacheWrite5m + usage.cacheWrite1h,
    'gen_ai.usage.reasoning.output_tokens': usage?.reasoning,
    'http.response.status_code': end.upstreamStatus,
    'switchyard.outcome': end.outcome,
  });
}

function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'https:' ? 443 : 80;
}
