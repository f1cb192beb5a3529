import {
  errorAnswer,
  startOtlpCollector,
  startReplayUpstream,
  type OtlpCollector,
  type ReceivedSpan,
  type ReplayUpstream,
} from '@switchyard/testkit';

import { chat, CLIENT_KEY, until } from './call-gateway.js';
import { NEVER_PRINTED, SHAPES, startWorld, type World } from './start-world.js';

const configOf = ({ url }: ReplayUpstream): string => `
api-keys: ["${CLIENT_KEY}"]
disable-cooling: true
openai-compatibility:
  - name: local
    prefix: local
    base-url: ${url}/v1
    api-key-entries: [{ api-key: upstream-key-1 }, { api-key: upstream-key-2 }]
    models: [{ name: upstream-model, alias: small }]
`;

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const CLIENT_SPAN_ID = 'b7ad6b7169203331';

describe.each(SHAPES)('a request through the %s shape', (shape) => {
  let collector: OtlpCollector;
  let upstream: ReplayUpstream;
  let world: World;

  beforeAll(async () => {
    collector = await startOtlpCollector();
    upstream = await startReplayUpstream({ keys: ['upstream-key-1', 'upstream-key-2'] });
    world = await startWorld({
      shape,
      config: configOf(upstream),
      variables: {
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        OTEL_BSP_SCHEDULE_DELAY: '50',
        // The most talkative: at no level is anything secret printed.
        SWITCHYARD_LOG_LEVEL: 'trace',
      },
    });
  }, 60_000);

  afterAll(() => collector.close());
  afterAll(() => upstream.close());
  afterAll(() => world.stop(), 30_000);

  function spansOf(traceId: string, count: number): Promise<readonly ReceivedSpan[]> {
    const ofTrace = (spans: readonly ReceivedSpan[]) => spans.filter((span) => span.traceId === traceId);
    return collector.waitForSpans((spans) => ofTrace(spans).length >= count).then(ofTrace);
  }

  it('is one trace from the client to the upstream, with a span for the gateway and one for each attempt', async () => {
    upstream.script(errorAnswer('openai-chat', 429, 'slow down'));
    const before = upstream.requests.length;
    const answer = await chat(world.url, {
      model: 'local/small',
      dialect: 'anthropic-messages',
      stream: true,
      headers: { traceparent: `00-${TRACE_ID}-${CLIENT_SPAN_ID}-01`, tracestate: 'vendor=value' },
    });
    expect(answer.status).toBe(200);

    const spans = await spansOf(TRACE_ID, 3);
    const [server, ...others] = spans.filter(({ kind }) => kind === 'server');
    const attempts = spans
      .filter(({ kind }) => kind === 'client')
      .toSorted(
        (a, b) =>
          Number(a.attributes['switchyard.attempt.ordinal']) - Number(b.attributes['switchyard.attempt.ordinal']),
      );
    expect([others, spans.length]).toEqual([[], 3]);
    expect(server).toMatchObject({
      name: 'POST /v1/messages',
      parentSpanId: CLIENT_SPAN_ID,
      status: 'unset',
      attributes: { 'http.response.status_code': 200, 'gen_ai.request.model': 'local/small', 'switchyard.attempts': 2 },
      resource: { 'service.name': shape === 'split' ? 'switchyard-gateway' : 'switchyard' },
    });
    expect(attempts).toMatchObject([
      {
        parentSpanId: server?.spanId,
        status: 'error',
        attributes: { 'error.type': 'upstream_rate_limited', 'http.response.status_code': 429 },
      },
      {
        parentSpanId: server?.spanId,
        status: 'unset',
        attributes: {
          'http.response.status_code': 200,
          'gen_ai.request.model': 'upstream-model',
          'gen_ai.usage.input_tokens': 9,
          'gen_ai.usage.output_tokens': 5,
        },
        resource: { 'service.name': shape === 'split' ? 'switchyard-worker' : 'switchyard' },
      },
    ]);
    expect(
      upstream.requests.slice(before).map(({ headers }) => [headers['traceparent'], headers['tracestate']]),
    ).toEqual(attempts.map(({ spanId }) => [`00-${TRACE_ID}-${spanId}-01`, 'vendor=value']));
  });

  it('of a client without a trace begins one, and its log line names it', async () => {
    await chat(world.url, { model: 'local/small', headers: { 'x-request-id': 'request-without-trace' } });
    const line = await lineOf('request-without-trace');
    const spans = await spansOf(String(line['traceId']), 2);
    expect(spans.map(({ kind, parentSpanId }) => [kind, parentSpanId === undefined]).toSorted()).toEqual([
      ['client', false],
      ['server', true],
    ]);
  });

  it('of a trace that is not sampled is not exported, and goes on upstream', async () => {
    const traceId = TRACE_ID.replace('0af', '1bf');
    await chat(world.url, { model: 'local/small', headers: { traceparent: `00-${traceId}-${CLIENT_SPAN_ID}-00` } });
    expect(upstream.requests.at(-1)?.headers['traceparent']).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`));
    await chat(world.url, { model: 'local/small', headers: { 'x-request-id': 'request-that-is-later' } });
    await spansOf(String((await lineOf('request-that-is-later'))['traceId']), 2);
    expect(collector.spans().filter((span) => span.traceId === traceId)).toEqual([]);
  });

  it('is one line of the log, with ids, names, attempts, status and times', async () => {
    upstream.script({ type: 'reset' });
    await chat(world.url, {
      model: 'local/small',
      stream: true,
      headers: { 'x-request-id': 'request-that-is-logged' },
    });
    const time = expect.any(Number);
    const attempt = { provider: 'openai-compatibility', model: 'upstream-model', durationMs: time, waitedMs: time };
    expect(await lineOf('request-that-is-logged')).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      service: shape === 'split' ? 'gateway' : 'switchyard',
      msg: 'request',
      requestId: 'request-that-is-logged',
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
      tenant: 'default',
      keyId: expect.stringMatching(/^key_/),
      dialect: 'openai-chat',
      operation: 'chat',
      model: 'local/small',
      stream: true,
      status: 200,
      attempts: [
        { ...attempt, credential: expect.any(String), outcome: 'error', errorCode: 'upstream_network_error' },
        { ...attempt, credential: expect.any(String), outcome: 'success', upstreamStatus: 200 },
      ],
      answeredModel: 'upstream-model',
      finish: 'stop',
      usage: expect.objectContaining({ output: 5 }),
      durationMs: time,
      firstByteMs: time,
      bytesIn: time,
      bytesOut: time,
      snapshot: time,
    });
  });

  it.each([
    ['a wrong key', { key: 'client-key-that-is-wrong', model: 'local/small' }, 401, 'invalid_api_key'],
    ['an unknown model', { model: 'nobody/none' }, 404, 'model_not_found'],
  ])('with %s is one line too', async (_case, options, status, errorCode) => {
    const requestId = `request-refused-${status}`;
    await chat(world.url, { ...options, headers: { 'x-request-id': requestId } });
    expect(await lineOf(requestId)).toMatchObject({ status, errorCode, attempts: [] });
  });

  it('leaves no key, prompt or answer in spans or logs, even where the upstream repeats them', async () => {
    upstream.script(
      errorAnswer('openai-chat', 401, 'Incorrect API key provided: upstream-key-1'),
      errorAnswer('openai-chat', 400, 'I did not like prompt-text'),
    );
    await chat(world.url, { model: 'local/small', headers: { 'x-request-id': 'request-with-secrets' } });
    expect(await lineOf('request-with-secrets')).toMatchObject({ status: 400, attempts: [{}, {}] });
    expect(JSON.stringify(collector.spans())).not.toMatch(NEVER_PRINTED);
    expect(world.output()).not.toMatch(NEVER_PRINTED);
  });

  /** The line of a request, once it is there; fails when there are two. */
  async function lineOf(requestId: string): Promise<Readonly<Record<string, unknown>>> {
    const linesNow = () => world.requestLines().filter((line) => line['requestId'] === requestId);
    const [line] = await until(async () => (linesNow().length > 0 ? linesNow() : undefined));
    expect(linesNow()).toHaveLength(1);
    return line ?? {};
  }
});
