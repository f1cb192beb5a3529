import { createTracing } from '@switchyard/telemetry';
import { errorAnswer, sampleAnswer, startOtlpCollector, type ReceivedSpan } from '@switchyard/testkit';
import type { AttemptOpen } from '@switchyard/wire';

import { startHarness, type Harness } from '../__fixtures__/attempt-harness.js';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const BODY = JSON.stringify({ model: 'm', max_tokens: 5, messages: [{ role: 'user', content: 'Hi' }] });

/** The span of one attempt at a Messages upstream, as a collector gets it. */
async function spanOf(
  open: Partial<AttemptOpen>,
  prepare: (harness: Harness) => void,
): Promise<{ span: ReceivedSpan; port: number }> {
  const collector = await startOtlpCollector();
  const tracing = createTracing({ serviceName: 'worker', variables: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url } });
  const harness = await startHarness({ provider: 'claude', tracing });
  prepare(harness);
  await harness.run({
    open: { dialect: 'anthropic-messages', traceparent: `00-${TRACE_ID}-00f067aa0ba902b7-01`, ordinal: 2, ...open },
    body: BODY,
  });
  await tracing.close();
  const [span] = await collector.waitForSpans((spans) => spans.length === 1);
  await harness.close();
  await collector.close();
  if (span === undefined) throw new Error('no span came');
  return { span, port: Number(new URL(harness.upstream.url).port) };
}

describe('the span of an attempt', () => {
  it('is a client span under that of the gateway, named and described by the conventions', async () => {
    const sample = { inputTokens: 9, cachedTokens: 4, outputTokens: 5 };
    const { span, port } = await spanOf({}, ({ upstream }) =>
      upstream.script(sampleAnswer('anthropic-messages', sample)),
    );
    expect(span).toMatchObject({
      traceId: TRACE_ID,
      parentSpanId: '00f067aa0ba902b7',
      name: 'chat upstream-model',
      kind: 'client',
      status: 'unset',
    });
    expect(span.attributes).toEqual({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'anthropic',
      'gen_ai.request.model': 'upstream-model',
      'gen_ai.response.model': 'upstream-model',
      'gen_ai.response.finish_reasons': ['end_turn'],
      'gen_ai.response.time_to_first_chunk': expect.any(Number),
      'gen_ai.usage.input_tokens': 13,
      'gen_ai.usage.output_tokens': 5,
      'gen_ai.usage.cache_read.input_tokens': 4,
      'gen_ai.usage.cache_creation.input_tokens': 0,
      'http.response.status_code': 200,
      'server.address': '127.0.0.1',
      'server.port': port,
      'switchyard.request.id': 'req-1',
      'switchyard.requested_model': 'client-model',
      'switchyard.credential.id': 'cred-1',
      'switchyard.attempt.ordinal': 2,
      'switchyard.outcome': 'success',
    });
  });

  it('tells of a failure by its code', async () => {
    const { span } = await spanOf({}, ({ upstream }) =>
      upstream.script(errorAnswer('anthropic-messages', 529, 'busy')),
    );
    expect(span.status).toBe('error');
    expect(span.attributes).toMatchObject({ 'error.type': 'upstream_overloaded', 'http.response.status_code': 529 });
  });

  it('is there for an attempt that never had a target', async () => {
    const { span } = await spanOf({ credentialId: 'gone' }, () => {});
    expect(span.attributes).toMatchObject({
      'error.type': 'credential_unavailable',
      'switchyard.credential.id': 'gone',
    });
  });
});
