import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { createTracing } from './create-tracing.js';
import type { SpanOptions } from './tracing.js';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = `00-${TRACE_ID}-00f067aa0ba902b7-01`;

interface ExportedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly attributes: readonly { readonly key: string; readonly value: Record<string, unknown> }[];
  readonly status: { readonly code: number };
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
}

interface Export {
  readonly path: string | undefined;
  readonly header: string | undefined;
  readonly resource: Record<string, unknown>;
  readonly spans: readonly ExportedSpan[];
}

/** A collector that remembers what it was sent. */
async function startCollector(): Promise<{ exports: Export[]; url: string; server: Server }> {
  const exports: Export[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const [resourceSpans] = JSON.parse(Buffer.concat(chunks).toString()).resourceSpans;
      exports.push({
        path: request.url,
        header: request.headersDistinct['x-team']?.[0],
        resource: Object.fromEntries(
          resourceSpans.resource.attributes.map((entry: { key: string; value: { stringValue: string } }) => [
            entry.key,
            entry.value.stringValue,
          ]),
        ),
        spans: resourceSpans.scopeSpans.flatMap((scope: { spans: ExportedSpan[] }) => scope.spans),
      });
      response.writeHead(200, { connection: 'close' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return { exports, server, url: `http://127.0.0.1:${portOf(server)}` };
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function traceIdFor(options: SpanOptions, variables: Record<string, string> = {}): string {
  return createTracing({ serviceName: 'gateway', variables }).startSpan('x', options).traceId;
}

describe('createTracing without an endpoint', () => {
  it('continues the trace of the client with a span id of its own and its state', () => {
    const tracing = createTracing({ serviceName: 'gateway', variables: {} });
    const span = tracing.startSpan('x', { kind: 'server', traceparent: PARENT, tracestate: 'vendor=1,other=2' });
    expect(span.traceparent).toMatch(new RegExp(`^00-${TRACE_ID}-(?!00f067aa0ba902b7)[0-9a-f]{16}-01$`));
    expect(span.tracestate).toBe('vendor=1,other=2');
  });

  it.each([
    ['absent', undefined],
    ['empty', ''],
    ['too short', '00-abc-def-01'],
    ['all zeros', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`],
    ['of the forbidden version', `ff-${TRACE_ID}-00f067aa0ba902b7-01`],
    ['in capitals', PARENT.toUpperCase()],
  ])('starts a new trace where the traceparent is %s', (_case, traceparent) => {
    const traceId = traceIdFor({ kind: 'server', traceparent });
    expect(traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(traceId).not.toBe(TRACE_ID);
    expect(traceId).not.toBe('0'.repeat(32));
  });

  it('drops a state that came without a valid parent, and one that is not valid itself', () => {
    const tracing = createTracing({ serviceName: 'gateway', variables: {} });
    expect(tracing.startSpan('x', { kind: 'server', tracestate: 'a=1' }).tracestate).toBeUndefined();
    const span = tracing.startSpan('x', { kind: 'server', traceparent: PARENT, tracestate: 'no pairs here' });
    expect(span.tracestate).toBeUndefined();
  });

  it.each([
    ['OTEL_SDK_DISABLED', 'true'],
    ['OTEL_TRACES_EXPORTER', 'none'],
  ])('stays so with %s=%s', (name, value) => {
    const variables = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', [name]: value };
    expect(traceIdFor({ kind: 'server', traceparent: PARENT }, variables)).toBe(TRACE_ID);
  });
});

describe('createTracing with an endpoint', () => {
  it('exports spans with their kinds, parents, attributes and failures when it is closed', async () => {
    const collector = await startCollector();
    const tracing = createTracing({
      serviceName: 'gateway',
      variables: {
        OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/`,
        OTEL_EXPORTER_OTLP_HEADERS: 'x-team=core%20a',
        OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test,service.name=other',
        OTEL_SERVICE_NAME: 'switchyard',
      },
    });
    const server = tracing.startSpan('POST /v1/messages', { kind: 'server', traceparent: PARENT });
    const client = tracing.startSpan('chat m', {
      kind: 'client',
      traceparent: server.traceparent,
      attributes: { 'server.port': 443, 'gen_ai.request.model': undefined },
    });
    client.setAttributes({ 'gen_ai.response.finish_reasons': ['stop'], ok: true });
    client.fail('upstream_timeout');
    client.end();
    client.end();
    server.end();
    await tracing.close();
    collector.server.close();

    expect(collector.exports).toHaveLength(1);
    const [first] = collector.exports;
    expect(first).toMatchObject({ path: '/v1/traces', header: 'core a' });
    expect(first?.resource).toMatchObject({ 'service.name': 'switchyard', 'deployment.environment.name': 'test' });
    expect(first?.spans).toHaveLength(2);
    expect(first?.spans[0]).toMatchObject({
      traceId: TRACE_ID,
      parentSpanId: server.traceparent.split('-')[2],
      name: 'chat m',
      kind: 3,
      status: { code: 2 },
      attributes: [
        { key: 'server.port', value: { intValue: 443 } },
        { key: 'gen_ai.response.finish_reasons', value: { arrayValue: { values: [{ stringValue: 'stop' }] } } },
        { key: 'ok', value: { boolValue: true } },
        { key: 'error.type', value: { stringValue: 'upstream_timeout' } },
      ],
    });
    expect(first?.spans[1]).toMatchObject({ parentSpanId: '00f067aa0ba902b7', kind: 2, status: { code: 0 } });
  });

  it('exports by itself, with the times at which a span began and ended', async () => {
    const collector = await startCollector();
    const tracing = createTracing({
      serviceName: 'gateway',
      variables: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_BSP_SCHEDULE_DELAY: '50' },
    });
    const beforeMs = Date.now();
    const startedMs = performance.now();
    const span = tracing.startSpan('x', { kind: 'server' });
    await sleep(30);
    span.end();
    const tookMs = performance.now() - startedMs;
    while (collector.exports.length === 0) await sleep(10);
    const exported = collector.exports[0]?.spans[0];
    const [startMs = Number.NaN, endMs = Number.NaN] = [exported?.startTimeUnixNano, exported?.endTimeUnixNano].map(
      (nano) => Number(nano) / 1e6,
    );
    // The clock of a span and Date.now() are not read at the same instant.
    expect(startMs).toBeGreaterThanOrEqual(beforeMs - 2);
    expect(startMs).toBeLessThanOrEqual(beforeMs + tookMs);
    expect(endMs - startMs).toBeGreaterThan(25);
    expect(endMs - startMs).toBeLessThanOrEqual(tookMs + 0.1);
    await tracing.close();
    collector.server.close();
  });

  it.each([
    ['always_off', undefined, PARENT, '00'],
    ['parentbased_always_off', undefined, PARENT, '01'],
    ['parentbased_always_on', undefined, PARENT.replace(/01$/, '00'), '00'],
    ['traceidratio', '0', PARENT, '00'],
    ['parentbased_traceidratio', '0', undefined, '00'],
    ['parentbased_traceidratio', 'nonsense', undefined, '01'],
    ['always_on', undefined, undefined, '01'],
  ])('samples as %s (%s) with the parent %s says', async (sampler, argument, traceparent, flags) => {
    const tracing = createTracing({
      serviceName: 'gateway',
      variables: {
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:1/v1/traces',
        OTEL_TRACES_SAMPLER: sampler,
        OTEL_TRACES_SAMPLER_ARG: argument,
      },
    });
    const span = tracing.startSpan('x', { kind: 'server', traceparent });
    expect(span.traceparent.slice(-2)).toBe(flags);
    if (traceparent !== undefined) expect(span.traceId).toBe(TRACE_ID);
    await tracing.close();
  });

  it('closes within its deadline although the collector never answers', async () => {
    const server = createServer(() => {});
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const tracing = createTracing({
      serviceName: 'gateway',
      variables: {
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${portOf(server)}`,
        OTEL_EXPORTER_OTLP_TIMEOUT: '3500',
      },
    });
    tracing.startSpan('x', { kind: 'server' }).end();
    const startedMs = performance.now();
    await tracing.close();
    expect(performance.now() - startedMs).toBeLessThan(4_000);
    server.closeAllConnections();
    server.close();
  });
});
