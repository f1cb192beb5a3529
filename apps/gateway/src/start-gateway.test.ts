import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';

import type { RoutingSnapshot } from '@switchyard/routing';
import { createLogger, createMetrics, createTracing } from '@switchyard/telemetry';
import { createDirectTransport, type AttemptHandler, type AttemptOpen } from '@switchyard/wire';

import { createMemorySharedState } from './state/shared-state.js';
import { startGateway, type Gateway } from './start-gateway.js';

const MAX_BODY_BYTES = 100_000;

const SNAPSHOT: RoutingSnapshot = {
  format: 1,
  version: 7,
  tenants: [
    { id: 't1', name: 'one', prefixes: ['one'], shared: false, aliases: [] },
    { id: 't2', name: 'two', prefixes: ['two'], shared: false, aliases: [] },
  ],
  keys: [{ id: 'k1', hash: 'hashed good', tenantId: 't1' }],
  credentials: [credential('c1', 'one'), credential('c2', 'two')],
  aliases: [],
  settings: {
    forceModelPrefix: true,
    requestRetry: 0,
    maxRetryCredentials: 0,
    deadlines: { connectMs: 1_000, headersMs: 1_000, firstContentMs: 1_000, idleMs: 1_000, totalMs: 5_000 },
    passthroughHeaders: false,
    keepaliveSeconds: 0,
  },
};

function credential(id: string, prefix: string): RoutingSnapshot['credentials'][number] {
  return {
    id,
    provider: 'openai-compatibility',
    prefix,
    priority: 0,
    models: [{ name: 'm' }],
    discovered: [],
    nativeModels: [],
    excludedModels: [],
  };
}

/** Answers with the length of the body it was given. */
const counting: AttemptHandler = async (_open, body, reply) => {
  reply.head({ status: 200, headers: { 'content-type': 'application/json' } });
  reply.data(Buffer.from(JSON.stringify({ bytes: body.length })));
  return { outcome: 'success', dropped: [], timings: { preparedMs: 0, totalMs: 0 } };
};

interface Running {
  readonly gateway: Gateway;
  readonly opens: AttemptOpen[];
  readonly lines: Record<string, unknown>[];
}

async function start(handler: AttemptHandler, snapshot?: RoutingSnapshot): Promise<Running> {
  const opens: AttemptOpen[] = [];
  const lines: Record<string, unknown>[] = [];
  const gateway = await startGateway({
    host: '127.0.0.1',
    port: 0,
    routing: { current: () => snapshot, onChange: () => {} },
    transport: createDirectTransport((open, body, reply, signal) => {
      opens.push(open);
      return handler(open, body, reply, signal);
    }),
    hashKey: (key) => `hashed ${key}`,
    tracing: createTracing({ serviceName: 'test', variables: {} }),
    logger: createLogger({
      service: 'gateway',
      level: 'info',
      destination: { write: (line: string) => lines.push(JSON.parse(line)) },
    }),
    metrics: createMetrics(),
    shared: createMemorySharedState(),
    drainMs: 300,
    maxBodyBytes: MAX_BODY_BYTES,
  });
  return { gateway, opens, lines };
}

const GOOD = JSON.stringify({ model: 'one/m', messages: [] });

const SURFACES = [
  ['openai-chat', '/v1/chat/completions'],
  ['anthropic-messages', '/v1/messages'],
] as const;

/** The error's code or type, wherever the dialect has it. */
function wordOf(dialect: string, body: unknown): unknown {
  if (typeof body !== 'object' || body === null || !('error' in body)) return undefined;
  const { error } = body;
  if (typeof error !== 'object' || error === null) return undefined;
  if (dialect === 'openai-chat') return 'code' in error ? error.code : undefined;
  return 'type' in error ? error.type : undefined;
}

describe.each(SURFACES)('bad input in %s', (dialect, path) => {
  let running: Running;
  beforeAll(async () => {
    running = await start(counting, SNAPSHOT);
  });
  afterAll(() => running.gateway.close());

  const post = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(running.gateway.address + path, {
      method: 'POST',
      body,
      headers: { authorization: 'Bearer good', 'content-type': 'application/json', ...headers },
    });

  it.each([
    ['no key', GOOD, { authorization: '' }, 401, { openai: 'invalid_api_key', anthropic: 'authentication_error' }],
    [
      'a wrong key',
      GOOD,
      { authorization: 'Bearer no' },
      401,
      { openai: 'invalid_api_key', anthropic: 'authentication_error' },
    ],
    ['an unknown model', '{"model":"one/none"}', {}, 404, { openai: 'model_not_found', anthropic: 'not_found_error' }],
    [
      "another tenant's prefix",
      '{"model":"two/m"}',
      {},
      404,
      { openai: 'model_not_found', anthropic: 'not_found_error' },
    ],
    ['a body that is not JSON', 'hello', {}, 400, { openai: 'invalid_json', anthropic: 'invalid_request_error' }],
    [
      'JSON that is cut',
      '{"model":"one/m","messages":[',
      {},
      400,
      { openai: 'invalid_json', anthropic: 'invalid_request_error' },
    ],
    [
      'a second model',
      '{"model":"one/m","model":"two/m"}',
      {},
      400,
      { openai: 'duplicate_field', anthropic: 'invalid_request_error' },
    ],
    ['no model', '{"messages":[]}', {}, 400, { openai: 'invalid_request', anthropic: 'invalid_request_error' }],
    [
      'a body over the limit',
      `{"model":"one/m","x":"${'a'.repeat(MAX_BODY_BYTES)}"}`,
      {},
      413,
      { openai: 'request_too_large', anthropic: 'request_too_large' },
    ],
    [
      'an unknown encoding',
      GOOD,
      { 'content-encoding': 'rot13' },
      415,
      { openai: 'unsupported_encoding', anthropic: 'invalid_request_error' },
    ],
  ])('answers %s', async (_name, body, headers, status, words) => {
    const before = running.opens.length;
    const response = await post(body, headers);
    const answer: unknown = await response.json();
    expect(response.status).toBe(status);
    expect(wordOf(dialect, answer)).toBe(dialect === 'openai-chat' ? words.openai : words.anthropic);
    expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(JSON.stringify(answer)).not.toContain('hashed');
    // Nothing that is refused reaches a worker.
    expect(running.opens.length).toBe(before);
  });

  it('answers a gzip bomb with 413', async () => {
    const bomb = new Uint8Array(gzipSync(Buffer.alloc(20 * 1024 * 1024, 32)));
    expect(bomb.length).toBeLessThan(MAX_BODY_BYTES);
    expect((await post(bomb, { 'content-encoding': 'gzip' })).status).toBe(413);
  });

  it('answers a header flood with 431 in its own dialect', async () => {
    const { hostname, port } = new URL(running.gateway.address);
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), hostname);
      let received = '';
      socket.on('data', (chunk) => (received += chunk.toString()));
      socket.on('close', () => resolve(received));
      socket.on('error', reject);
      socket.write(`POST ${path} HTTP/1.1\r\nhost: x\r\n`);
      socket.write(`x-filler: ${'a'.repeat(20_000)}\r\n\r\n`);
    });
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
    const body: unknown = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4));
    expect(wordOf(dialect, body)).toBe(dialect === 'openai-chat' ? 'headers_too_large' : 'invalid_request_error');
  });

  it('answers another method with 405 and an unknown path with 404', async () => {
    const headers = { authorization: 'Bearer good' };
    expect((await fetch(running.gateway.address + path, { headers })).status).toBe(405);
    expect((await fetch(`${running.gateway.address}${path}/nothing`, { method: 'POST', headers })).status).toBe(404);
  });

  it('keeps the connection usable after a refusal', async () => {
    expect((await post('hello')).status).toBe(400);
    expect(await (await post(GOOD)).json()).toEqual({ bytes: GOOD.length });
  });
});

describe('an answered request', () => {
  it('carries the facts of its way in its headers, and one log line without secrets', async () => {
    const { gateway, opens, lines } = await start(counting, SNAPSHOT);
    try {
      const response = await fetch(`${gateway.address}/v1/chat/completions`, {
        method: 'POST',
        body: JSON.stringify({ model: 'one/m(high)', messages: [{ role: 'user', content: 'a secret prompt' }] }),
        headers: {
          authorization: 'Bearer good',
          'x-request-id': 'client-chosen-id',
          cookie: 'session=1',
          'x-extra': 'kept',
        },
      });
      await response.text();
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'x-request-id': 'client-chosen-id',
        'x-switchyard-provider': 'openai-compatibility',
        'x-switchyard-credential': 'c1',
        'x-switchyard-model': 'm',
        'x-switchyard-attempts': '1',
        'x-switchyard-snapshot': '7',
        'x-switchyard-overhead-ms': expect.stringMatching(/^\d+\.\d\d$/),
      });
      expect(opens[0]).toMatchObject({ model: 'm', requestedModel: 'one/m', thinking: 'high', ordinal: 1 });
      expect(opens[0]?.headers['x-extra']).toBe('kept');
      expect(JSON.stringify(opens)).not.toMatch(/good|session=1/);
      const requests = lines.filter((line) => line['msg'] === 'request');
      expect(requests).toMatchObject([
        { requestId: 'client-chosen-id', tenant: 'one', keyId: 'k1', model: 'one/m(high)', status: 200, snapshot: 7 },
      ]);
      expect(JSON.stringify(requests)).not.toMatch(/good|secret prompt/);
    } finally {
      await gateway.close();
    }
  });
});

describe('a client that goes away', () => {
  /** Leaves in the middle of a stream, and tells how long the attempt went on after that. */
  async function leaveMidStream(): Promise<{ abortedAfterMs: number; line: Record<string, unknown> | undefined }> {
    let abortedAtMs = 0;
    const { promise: began, resolve: begin } = Promise.withResolvers<void>();
    const { gateway, lines } = await start(async (_open, _body, reply, signal) => {
      reply.head({ status: 200, headers: { 'content-type': 'text/event-stream' } });
      reply.data(Buffer.from('data: {}\n\n'));
      begin();
      await new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => resolve());
      });
      abortedAtMs = performance.now();
      return { outcome: 'cancelled', dropped: [], timings: { preparedMs: 0, totalMs: 0 } };
    }, SNAPSHOT);
    try {
      const leaving = new AbortController();
      const response = await fetch(`${gateway.address}/v1/chat/completions`, {
        method: 'POST',
        body: GOOD,
        headers: { authorization: 'Bearer good' },
        signal: leaving.signal,
      });
      await began;
      const leftAtMs = performance.now();
      leaving.abort();
      await expect(response.text()).rejects.toThrow();
      await gateway.close();
      return { abortedAfterMs: abortedAtMs - leftAtMs, line: lines.find((line) => line['msg'] === 'request') };
    } finally {
      await gateway.close();
    }
  }

  it('aborts the attempt within 100 ms and is logged with 499', async () => {
    const waits: number[] = [];
    // A busy machine may stop this process for longer than that; it does not three times in a row.
    while (waits.length < 3 && (waits.at(-1) ?? Infinity) >= 100) {
      const { abortedAfterMs, line } = await leaveMidStream();
      expect(line).toMatchObject({ status: 499, errorCode: 'client_closed' });
      waits.push(abortedAfterMs);
    }
    expect(Math.min(...waits)).toBeLessThan(100);
  });
});

describe('a lost worker', () => {
  const lost = {
    outcome: 'error',
    error: { code: 'worker_lost', message: 'the worker died', status: 502 },
    dropped: [],
    timings: { preparedMs: 0, totalMs: 0 },
  } as const;

  it.each(SURFACES)('ends a stream that had begun with an in-band error of %s', async (dialect, path) => {
    const { gateway } = await start(async (_open, _body, reply) => {
      reply.head({ status: 200, headers: { 'content-type': 'text/event-stream' } });
      reply.data(Buffer.from('event: x\ndata: {"cut he'));
      return lost;
    }, SNAPSHOT);
    try {
      const response = await fetch(gateway.address + path, {
        method: 'POST',
        body: GOOD,
        headers: { 'x-api-key': 'good' },
      });
      const text = await response.text();
      const last = text.trimEnd().split('\n\n').at(-1) ?? '';
      expect(last).toContain('the worker died');
      expect(last.startsWith(dialect === 'openai-chat' ? 'data: {"error"' : 'event: error\ndata: ')).toBe(true);
      expect(text).not.toContain('[DONE]');
    } finally {
      await gateway.close();
    }
  });

  it('ends a stream that is one JSON array with an error as its last element', async () => {
    const { gateway, opens } = await start(async (_open, _body, reply) => {
      reply.head({ status: 200, headers: { 'content-type': 'application/json' } });
      reply.data(Buffer.from('[{"candidates":[]}'));
      return lost;
    }, SNAPSHOT);
    try {
      const response = await fetch(`${gateway.address}/v1beta/models/one/m:streamGenerateContent`, {
        method: 'POST',
        body: '{"contents":[]}',
        headers: { 'x-goog-api-key': 'good' },
      });
      expect(await response.json()).toMatchObject([{ candidates: [] }, { error: { message: 'the worker died' } }]);
      expect(opens[0]).toMatchObject({ framing: 'json-array', stream: true });
    } finally {
      await gateway.close();
    }
  });

  it.each([
    ['that the gateway tells', undefined],
    [
      'that came ready',
      { status: 502, headers: { 'content-type': 'application/json' }, body: '{"error":{"code":502}}' },
    ],
    ['that came in an array', { status: 502, headers: {}, body: '\n[{"error":{"code":502}}]' }],
  ])('answers an error %s with an array where the stream would have been one', async (_what, answer) => {
    const error = { code: 'upstream_server_error', message: 'it is down', status: 502, answer } as const;
    const { gateway } = await start(async () => ({ ...lost, error }), SNAPSHOT);
    const post = (query: string): Promise<Response> =>
      fetch(`${gateway.address}/v1beta/models/one/m:streamGenerateContent${query}`, {
        method: 'POST',
        body: '{"contents":[]}',
        headers: { 'x-goog-api-key': 'good' },
      });
    try {
      const response = await post('');
      expect(response.status).toBe(502);
      expect(await response.json()).toEqual([{ error: expect.objectContaining({ code: 502 }) }]);
      const events = await post('?alt=sse');
      expect((await events.text()).startsWith('{"error":')).toBe(answer?.body.startsWith('{') ?? true);
    } finally {
      await gateway.close();
    }
  });

  it('cuts a whole answer that had begun, so that nobody takes it for complete', async () => {
    const { gateway } = await start(async (_open, _body, reply) => {
      reply.head({ status: 200, headers: { 'content-type': 'application/json', 'content-length': '100' } });
      reply.data(Buffer.from('{"half":'));
      return lost;
    }, SNAPSHOT);
    try {
      const answer = fetch(`${gateway.address}/v1/messages`, {
        method: 'POST',
        body: GOOD,
        headers: { 'x-api-key': 'good' },
      }).then((response) => response.text());
      await expect(answer).rejects.toThrow();
    } finally {
      await gateway.close();
    }
  });
});

describe('the list of models in Gemini’s shape', () => {
  it.each([
    [['chat'], ['generateContent', 'streamGenerateContent', 'countTokens']],
    [
      ['chat', 'embeddings'],
      ['generateContent', 'streamGenerateContent', 'countTokens', 'embedContent', 'batchEmbedContents'],
    ],
  ])('says of a provider for %j which methods it takes', async (operations, methods) => {
    const { gateway } = await start(counting, {
      ...SNAPSHOT,
      credentials: [{ ...credential('c1', 'one'), operations }],
    });
    try {
      const response = await fetch(`${gateway.address}/v1beta/models/one/m`, { headers: { 'x-goog-api-key': 'good' } });
      expect(await response.json()).toMatchObject({ name: 'models/one/m', supportedGenerationMethods: methods });
    } finally {
      await gateway.close();
    }
  });
});

describe('readiness', () => {
  it('says that no configuration came, and requests are told to wait', async () => {
    const { gateway } = await start(counting);
    try {
      const ready = await fetch(`${gateway.address}/readyz`);
      expect(ready.status).toBe(503);
      expect(await ready.text()).toContain('is admin running?');
      const response = await fetch(`${gateway.address}/v1/messages`, {
        method: 'POST',
        body: GOOD,
        headers: { 'x-api-key': 'good' },
      });
      expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
      expect((await fetch(`${gateway.address}/healthz`)).status).toBe(200);
    } finally {
      await gateway.close();
    }
  });
});

describe('closing', () => {
  it('lets a running answer finish', async () => {
    const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>();
    const { promise: began, resolve: begin } = Promise.withResolvers<void>();
    const { gateway } = await start(async (open, body, reply, signal) => {
      begin();
      await mayEnd;
      return counting(open, body, reply, signal);
    }, SNAPSHOT);
    const answer = fetch(`${gateway.address}/v1/chat/completions`, {
      method: 'POST',
      body: GOOD,
      headers: { 'x-api-key': 'good' },
    });
    await began;
    const closed = gateway.close();
    expect((await fetch(`${gateway.address}/readyz`)).status).toBe(503);
    end();
    expect(await (await answer).json()).toEqual({ bytes: GOOD.length });
    await closed;
    await expect(fetch(`${gateway.address}/healthz`)).rejects.toThrow();
  });
});

describe('closing', () => {
  it('lets a request finish within the drain time', async () => {
    const opened = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    const { gateway } = await start(async (open, body, reply, signal) => {
      opened.resolve();
      await finish.promise;
      return counting(open, body, reply, signal);
    }, SNAPSHOT);
    const answer = post(gateway, GOOD);
    await opened.promise;
    const closed = gateway.close();
    finish.resolve();
    expect((await answer).status).toBe(200);
    await closed;
  });

  it('cuts what outlasts the drain time, and still writes its line', async () => {
    const opened = Promise.withResolvers<void>();
    const { gateway, lines } = await start(async (_open, _body, _reply, signal) => {
      opened.resolve();
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      return { outcome: 'cancelled', dropped: [], timings: { preparedMs: 0, totalMs: 0 } };
    }, SNAPSHOT);
    const answer = post(gateway, GOOD).catch((error: unknown) => error);
    await opened.promise;
    await gateway.close();
    expect(await answer).toMatchObject({ message: 'fetch failed' });
    expect(lines.map((line) => [line['msg'], line['status']])).toEqual([
      ['requests were cut at the end of the drain time', undefined],
      ['request', 499],
    ]);
  });
});

function post(gateway: Gateway, body: string): Promise<Response> {
  const headers = { authorization: 'Bearer good' };
  return fetch(`${gateway.address}/v1/chat/completions`, { method: 'POST', headers, body });
}
