import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';

import type { RoutingSnapshot } from '@switchyard/routing';
import { createLogger, createMetrics, createTracing } from '@switchyard/telemetry';
import { createDirectTransport, type AttemptHandler } from '@switchyard/wire';

import { startGateway, type Gateway } from '../start-gateway.js';
import { createMemorySharedState } from '../state/shared-state.js';

const SNAPSHOT: RoutingSnapshot = {
  format: 1,
  version: 7,
  tenants: [{ id: 't1', name: 'one', prefixes: ['one'], shared: false, aliases: [] }],
  keys: [{ id: 'k1', hash: 'hashed good', tenantId: 't1' }],
  credentials: [
    {
      id: 'c1',
      provider: 'openai-compatibility',
      prefix: 'one',
      priority: 0,
      models: [{ name: 'm' }],
      discovered: [],
      nativeModels: [],
      excludedModels: [],
    },
  ],
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

/** Answers with what it was told, as a stream where one was asked for. */
const telling: AttemptHandler = async (open, body, reply) => {
  const { requestId: _id, traceparent: _parent, deadlines: _deadlines, ...told } = open;
  const answer = Buffer.from(JSON.stringify({ ...told, body: body.toString() }));
  const success = { outcome: 'success', dropped: [], timings: { preparedMs: 0, totalMs: 0 } } as const;
  if (!open.stream) {
    reply.head({ status: 200, headers: { 'content-type': 'application/json', 'content-length': `${answer.length}` } });
    await reply.data(answer);
    return success;
  }
  reply.head({ status: 200, headers: { 'content-type': 'text/event-stream' } });
  await reply.data(Buffer.from('data: 1\n\n'));
  await reply.data(Buffer.concat([Buffer.from('data: '), answer, Buffer.from('\n\n')]));
  return success;
};

let gateway: Gateway;
let byNode = 0;
const countNode = (): void => {
  byNode += 1;
};

beforeAll(async () => {
  subscribe('http.server.request.start', countNode);
  gateway = await startGateway({
    host: '127.0.0.1',
    port: 0,
    routing: { current: () => SNAPSHOT, onChange: () => {} },
    transport: createDirectTransport(telling),
    hashKey: (key) => `hashed ${key}`,
    tracing: createTracing({ serviceName: 'test', variables: {} }),
    logger: createLogger({ service: 'gateway', level: 'info', destination: { write: () => {} } }),
    metrics: createMetrics(),
    shared: createMemorySharedState(),
    drainMs: 300,
    maxBodyBytes: 100_000,
  });
});

afterAll(async () => {
  unsubscribe('http.server.request.start', countNode);
  await gateway.close();
});

interface Asked {
  readonly path: string;
  readonly body: string | Buffer;
  readonly headers?: readonly string[];
}

/** All that comes for a request, without what no two answers have in common. */
async function answerTo(
  { path, body, headers = ['Authorization: Bearer good'] }: Asked,
  framing: 'length' | 'chunked',
): Promise<string> {
  const bytes = Buffer.from(body);
  const fields = ['Host: a', 'Content-Type: application/json', 'X-Request-Id: request-1', ...headers];
  const head = (field: string): string => `POST ${path} HTTP/1.1\r\n${[...fields, field].join('\r\n')}\r\n\r\n`;
  const socket = connect(Number(new URL(gateway.address).port), '127.0.0.1');
  const chunks: Buffer[] = [];
  const isWhole = (): boolean => /(\r\n0\r\n\r\n|\})$/.test(Buffer.concat(chunks).toString());
  const whole = new Promise<void>((resolve) => {
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      if (isWhole()) resolve();
    });
  });
  if (framing === 'length') {
    socket.write(head(`Content-Length: ${bytes.length}`));
    socket.write(bytes);
  } else {
    socket.write(head('Transfer-Encoding: chunked'));
    socket.write(Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n0\r\n\r\n')]));
  }
  await whole;
  socket.destroy();
  await once(socket, 'close');
  return Buffer.concat(chunks)
    .toString()
    .replace(/date: [^\r]*/i, 'date: ?')
    .replace(/(x-switchyard-overhead-ms|server-timing): [^\r]*/g, '$1: ?');
}

const CHAT = '{"model":"one/m","messages":[]}';
const STREAM = '{"model":"one/m","messages":[],"stream":true}';

describe('a plain request', () => {
  it.each<[string, Asked, number]>([
    ['for a whole answer', { path: '/v1/chat/completions', body: CHAT }, 200],
    ['for a stream', { path: '/v1/messages?beta=true', body: STREAM }, 200],
    ['of Gemini', { path: '/v1beta/models/one/m:generateContent', body: '{"contents":[]}' }, 200],
    [
      'for a stream of Gemini',
      { path: '/v1beta/models/one/m:streamGenerateContent?alt=sse', body: '{"contents":[]}' },
      200,
    ],
    [
      'with a gzip body',
      {
        path: '/v1/chat/completions',
        body: gzipSync(CHAT),
        headers: ['Authorization: Bearer good', 'Content-Encoding: gzip'],
      },
      200,
    ],
    [
      'in an encoding nobody knows',
      { path: '/v1/responses', body: CHAT, headers: ['Authorization: Bearer good', 'Content-Encoding: x'] },
      415,
    ],
    ['without key', { path: '/v1/messages', body: CHAT, headers: [] }, 401],
    ['with a body that is none', { path: '/v1/chat/completions', body: '{' }, 400],
    ['for a model that is not there', { path: '/v1/messages', body: '{"model":"two/m"}' }, 404],
    ['with a body that is too large', { path: '/v1/chat/completions', body: `"${'x'.repeat(100_000)}"` }, 413],
  ])('%s is answered without node:http, and just as with it', async (_what, asked, status) => {
    const before = byNode;
    const lean = await answerTo(asked, 'length');
    expect(byNode).toBe(before);
    expect(lean.slice(0, 12)).toBe(`HTTP/1.1 ${status}`);
    expect(lean).toBe(await answerTo(asked, 'chunked'));
    expect(byNode).toBe(before + 1);
  });
});
