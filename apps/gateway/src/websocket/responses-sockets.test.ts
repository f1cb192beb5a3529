import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import type { RoutingSnapshot } from '@switchyard/routing';
import { createLogger, createMetrics, createTracing } from '@switchyard/telemetry';
import { parsePrometheusText } from '@switchyard/testkit';
import { createDirectTransport, type AttemptEnd, type AttemptHandler, type AttemptReply } from '@switchyard/wire';
import { WebSocket } from 'ws';

import { createMemorySharedState } from '../state/shared-state.js';
import { startGateway, type Gateway, type GatewayOptions } from '../start-gateway.js';

const MAX_BODY_BYTES = 20_000;
const DONE: AttemptEnd = { outcome: 'success', dropped: [], timings: { preparedMs: 0, totalMs: 0 } };
const DOWN = { code: 'upstream_server_error', message: 'it is down', status: 502 } as const;

const SNAPSHOT: RoutingSnapshot = {
  format: 1,
  version: 7,
  tenants: [{ id: 't', name: 'tenant', prefixes: '*', shared: true, aliases: [] }],
  keys: [
    { id: 'k', hash: 'hashed good', tenantId: 't' },
    { id: 'k2', hash: 'hashed other', tenantId: 't' },
  ],
  credentials: ['first', 'second'].map((id, place) => ({
    id,
    provider: 'openai-compatibility',
    priority: -place,
    models: [{ name: 'm' }],
    discovered: [],
    nativeModels: [],
    excludedModels: [],
  })),
  aliases: [],
  settings: {
    forceModelPrefix: false,
    requestRetry: 0,
    maxRetryCredentials: 0,
    deadlines: { connectMs: 1_000, headersMs: 1_000, firstContentMs: 1_000, idleMs: 1_000, totalMs: 5_000 },
    passthroughHeaders: false,
    keepaliveSeconds: 0,
  },
};

interface Running {
  readonly gateway: Gateway;
  readonly lines: Record<string, unknown>[];
  readonly bodies: unknown[];
}

const running: Gateway[] = [];
const clients: WebSocket[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.terminate();
  for (const gateway of running.splice(0)) await gateway.close();
});

async function start(handler: AttemptHandler, options: Partial<GatewayOptions> = {}): Promise<Running> {
  const lines: Record<string, unknown>[] = [];
  const bodies: unknown[] = [];
  const gateway = await startGateway({
    host: '127.0.0.1',
    port: 0,
    routing: { current: () => SNAPSHOT, onChange: () => {} },
    transport: createDirectTransport((open, body, reply, signal) => {
      bodies.push(JSON.parse(body.toString()));
      return handler(open, body, reply, signal);
    }),
    hashKey: (key) => `hashed ${key}`,
    tracing: createTracing({ serviceName: 'test', variables: {} }),
    logger: createLogger({
      service: 'gateway',
      level: 'info',
      destination: { write: (line: string) => lines.push(JSON.parse(line)) },
    }),
    shared: createMemorySharedState(),
    drainMs: 2_000,
    metrics: createMetrics(),
    maxBodyBytes: MAX_BODY_BYTES,
    ...options,
  });
  running.push(gateway);
  return { gateway, lines, bodies };
}

/** A client that keeps what it is told. */
class Client {
  readonly frames: Record<string, unknown>[] = [];
  readonly closed: Promise<number>;

  constructor(readonly socket: WebSocket) {
    clients.push(socket);
    socket.on('message', (data) => this.frames.push(JSON.parse(String(data))));
    socket.on('error', () => {});
    this.closed = new Promise((resolve) => {
      socket.once('close', (code) => resolve(code));
    });
  }

  send(frame: unknown): void {
    this.socket.send(JSON.stringify(frame));
  }

  /** The first frame of a type that has not been read yet, and then not again. */
  async read(type: string): Promise<Record<string, unknown>> {
    for (;;) {
      const place = this.frames.findIndex((frame) => frame['type'] === type);
      if (place >= 0) return this.frames.splice(0, place + 1).at(-1) ?? {};
      await once(this.socket, 'message', { signal: AbortSignal.timeout(3_000) });
    }
  }
}

async function dial(gateway: Gateway, headers: Readonly<Record<string, string>> = {}): Promise<Client> {
  const url = `${gateway.address.replace('http', 'ws')}/v1/responses`;
  const client = new Client(new WebSocket(url, { headers: { authorization: 'Bearer good', ...headers } }));
  await once(client.socket, 'open');
  return client;
}

function write(reply: AttemptReply, event: Readonly<Record<string, unknown>>): Promise<void> | undefined {
  return reply.data(Buffer.from(`event: ${String(event['type'])}\ndata: ${JSON.stringify(event)}\n\n`));
}

function said(text: string): Record<string, unknown> {
  return { type: 'message', role: 'assistant', content: [{ type: 'output_text', text }] };
}

/** Answers every turn with its number. */
function numbering(): AttemptHandler {
  let turn = 0;
  return async (_open, _body, reply) => {
    turn += 1;
    reply.head({ status: 200, headers: { 'content-type': 'text/event-stream' } });
    write(reply, { type: 'response.created', response: { id: `resp_${turn}` } });
    write(reply, { type: 'response.completed', response: { id: `resp_${turn}`, output: [said(String(turn))] } });
    return DONE;
  };
}

const CREATE = { type: 'response.create', model: 'm', input: 'hello' };
const HELLO = { type: 'message', role: 'user', content: 'hello' };

describe('a conversation over a WebSocket', () => {
  it('is counted by its turns', async () => {
    const metrics = createMetrics();
    const { gateway, lines } = await start(numbering(), { metrics });
    const client = await dial(gateway);
    client.send(CREATE);
    await client.read('response.completed');
    client.send({ ...CREATE, model: 'unknown' });
    await client.read('error');
    while (lines.filter(({ msg }) => msg === 'request').length < 2) await sleep(5);
    const { sum } = parsePrometheusText(metrics.text());
    expect(sum('switchyard_requests_total', { outcome: 'success' })).toBe(1);
    expect(sum('switchyard_rejected_total', { reason: 'model_not_found' })).toBe(1);
    expect(sum('switchyard_requests_total')).toBe(2);
    // Of the turn that was answered; frames have no headers, but its times are told as HTTP's.
    expect(sum('switchyard_time_to_first_token_seconds_count')).toBe(1);
    expect(sum('switchyard_overhead_seconds_count', { operation: 'chat' })).toBe(1);
  });

  it('gets one text frame for each event, and goes on from its last response', async () => {
    const { gateway, bodies, lines } = await start(numbering());
    const client = await dial(gateway);
    client.send(CREATE);
    expect(await client.read('response.created')).toEqual({ type: 'response.created', response: { id: 'resp_1' } });
    await client.read('response.completed');
    client.send({ type: 'response.create', previous_response_id: 'resp_1', input: 'again' });
    await client.read('response.completed');
    client.send({ type: 'response.append', input: [] });
    await client.read('response.completed');
    const again = { ...HELLO, content: 'again' };
    expect(bodies).toEqual([
      { model: 'm', stream: true, input: [HELLO] },
      { model: 'm', stream: true, input: [HELLO, said('1'), again] },
      { model: 'm', stream: true, input: [HELLO, said('1'), again, said('2')] },
    ]);
    const requests = lines.filter(({ msg }) => msg === 'request');
    expect(requests).toMatchObject(
      [1, 2, 3].map(() => ({
        tenant: 'tenant',
        dialect: 'openai-responses',
        operation: 'chat',
        model: 'm',
        status: 200,
      })),
    );
    expect(new Set(requests.map(({ requestId }) => requestId)).size).toBe(3);
  });

  it('serves frames that come during a turn after it, in their order, and not any number of them', async () => {
    const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>();
    const number = numbering();
    const { gateway, bodies } = await start(async (...job) => {
      await mayEnd;
      return number(...job);
    });
    const client = await dial(gateway);
    for (const input of ['a', 'b', 'c', 'd', 'e', 'f']) client.send({ ...CREATE, input });
    expect(await client.read('error')).toMatchObject({ status: 400, error: { message: /too many frames/ } });
    end();
    for (let turn = 1; turn <= 5; turn += 1) {
      expect(await client.read('response.completed')).toMatchObject({ response: { id: `resp_${turn}` } });
    }
    expect(bodies).toMatchObject(['a', 'b', 'c', 'd', 'e'].map((content) => ({ input: [{ content }] })));
  });

  it('goes to the next candidate while nothing was sent', async () => {
    const number = numbering();
    const { gateway, lines } = await start(async (open, ...job) =>
      open.credentialId === 'first' ? { ...DONE, outcome: 'error', error: DOWN } : number(open, ...job),
    );
    const client = await dial(gateway);
    client.send(CREATE);
    await client.read('response.completed');
    const line = lines.find(({ msg }) => msg === 'request');
    expect(line).toMatchObject({ attempts: [{ credential: 'first' }, { credential: 'second' }] });
  });

  it('answers a warm-up itself, and goes on from it', async () => {
    const { gateway, bodies } = await start(numbering());
    const client = await dial(gateway);
    client.send({ ...CREATE, generate: false });
    const { response } = await client.read('response.completed');
    expect(response).toMatchObject({ id: expect.stringMatching(/^resp_prewarm_/), output: [], status: 'completed' });
    expect(bodies).toEqual([]);
    const id = typeof response === 'object' && response !== null && 'id' in response ? response.id : undefined;
    client.send({ type: 'response.create', previous_response_id: id, input: [] });
    await client.read('response.completed');
    expect(bodies).toEqual([{ model: 'm', stream: true, input: [HELLO] }]);
  });
});

describe('a turn that fails', () => {
  const failed: AttemptEnd = { ...DONE, outcome: 'error', error: DOWN };

  it('is told as a frame with its status, and leaves the connection usable', async () => {
    const number = numbering();
    let isDown = true;
    const { gateway } = await start(async (...job) => (isDown ? failed : number(...job)));
    const client = await dial(gateway);
    client.send(CREATE);
    expect(await client.read('error')).toMatchObject({
      status: 502,
      headers: { 'x-request-id': expect.any(String) },
      error: { message: 'it is down' },
    });
    isDown = false;
    client.send(CREATE);
    await client.read('response.completed');
  });

  it('is told once, after what had come of it', async () => {
    const { gateway } = await start(async (_open, _body, reply) => {
      reply.head({ status: 200, headers: { 'content-type': 'text/event-stream' } });
      write(reply, { type: 'response.created', response: { id: 'resp_1' } });
      write(reply, { type: 'error', code: 'server_error', message: 'it is down' });
      return failed;
    });
    const client = await dial(gateway);
    client.send(CREATE);
    expect(await client.read('error')).toMatchObject({ status: 502, error: { message: 'it is down' } });
    client.send({ type: 'response.append' });
    expect(await client.read('error')).toMatchObject({ status: 400, error: { message: /no turn to append to/ } });
  });

  it.each([
    ['no JSON', '{', 400, /JSON/],
    ['no object', '[]', 400, /object/],
    ['no known type', '{"type":"x"}', 400, /response\.create/],
    ['no model', '{"type":"response.create","input":"x"}', 400, /model/],
    ['an unknown model', '{"type":"response.create","model":"nobody"}', 404, /does not exist/],
    ['a key in two spellings', '{"type":"response.create","model":"m","Model":"n"}', 400, /once/],
    [
      'too deep a nesting',
      `{"type":"response.create","model":"m","input":${'['.repeat(300)}${']'.repeat(300)}}`,
      400,
      /deep/,
    ],
  ])('for %s is refused', async (_what, text, status, message) => {
    const { gateway } = await start(numbering());
    const client = await dial(gateway);
    client.socket.send(text);
    expect(await client.read('error')).toMatchObject({
      status,
      error: { message: expect.stringMatching(message) },
    });
  });

  it('because the conversation has grown too large is refused, and the one that came before it stays', async () => {
    const { gateway } = await start(numbering());
    const client = await dial(gateway);
    client.send({ ...CREATE, input: 'x'.repeat(15_000) });
    await client.read('response.completed');
    client.send({ type: 'response.append', input: 'x'.repeat(10_000) });
    expect(await client.read('error')).toMatchObject({ status: 413 });
    client.send({ type: 'response.append', input: 'y' });
    await client.read('response.completed');
  });
});

/** The status and the headers that an upgrade is refused with. */
async function refused(gateway: Gateway, key = 'good') {
  const url = `${gateway.address.replace('http', 'ws')}/v1/responses`;
  const socket = new WebSocket(url, { headers: { authorization: `Bearer ${key}` } });
  clients.push(socket);
  socket.on('error', () => {});
  const [, response] = await once(socket, 'unexpected-response');
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode, retryAfter: response.headers['retry-after'], body: JSON.parse(text) };
}

/** The gateway hears a moment later than the client that a socket has closed. */
async function dialSoon(gateway: Gateway): Promise<Client> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    try {
      return await dial(gateway);
    } catch {
      await sleep(10);
    }
  }
  return dial(gateway);
}

describe('how many connections there may be', () => {
  const tooMany = { status: 429, retryAfter: '10', body: { error: { code: 'too_many_connections' } } };

  it('is bounded for each key, and a closed one makes room', async () => {
    const { gateway } = await start(numbering(), { socketLimits: { perKey: 2, inTotal: 10 } });
    const first = await dial(gateway);
    await dial(gateway);
    expect(await refused(gateway)).toMatchObject(tooMany);
    await dial(gateway, { authorization: 'Bearer other' });
    first.socket.close(1000);
    expect(await first.closed).toBe(1000);
    await dialSoon(gateway);
  });

  it('is bounded for all keys together, and what was refused for its key takes no place', async () => {
    const { gateway } = await start(numbering(), { socketLimits: { perKey: 10, inTotal: 2 } });
    expect(await refused(gateway, 'unknown')).toMatchObject({ status: 401 });
    await dial(gateway);
    const other = await dial(gateway, { authorization: 'Bearer other' });
    expect(await refused(gateway)).toMatchObject(tooMany);
    expect(await refused(gateway, 'other')).toMatchObject(tooMany);
    other.socket.terminate();
    await other.closed;
    await dialSoon(gateway);
  });
});

describe('the connection', () => {
  it.each([
    ['without a key', '/v1/responses', { authorization: '' }, 401],
    ['with a wrong key', '/v1/responses', { authorization: 'Bearer bad' }, 401],
    ['elsewhere', '/v1/chat/completions', {}, 404],
  ])('is refused %s, as HTTP does', async (_what, path, headers, status) => {
    const { gateway } = await start(numbering());
    const url = gateway.address.replace('http', 'ws') + path;
    const socket = new WebSocket(url, { headers: { authorization: 'Bearer good', ...headers } });
    clients.push(socket);
    socket.on('error', () => {});
    const { promise, resolve } = Promise.withResolvers<number | undefined>();
    socket.once('unexpected-response', (_request, response) => resolve(response.statusCode));
    expect(await promise).toBe(status);
  });

  it.each([
    ['revoked', { keys: [] }],
    ['has expired', { keys: [{ id: 'k', hash: 'hashed good', tenantId: 't', expiresAtMs: Date.now() - 1 }] }],
  ])('gets no further turn once its key is %s', async (_what, change) => {
    let publish: (snapshot: RoutingSnapshot) => void = () => {};
    const routing = { current: () => SNAPSHOT, onChange: (listener: typeof publish) => void (publish = listener) };
    const { gateway, bodies } = await start(numbering(), { routing });
    const client = await dial(gateway);
    client.send(CREATE);
    await client.read('response.completed');
    publish({ ...SNAPSHOT, version: 8, ...change });
    client.send(CREATE);
    expect(await client.read('error')).toMatchObject({ status: 401, error: { code: 'invalid_api_key' } });
    expect(bodies).toHaveLength(1);
  });

  it('answers the close of a client that is done with 1000', async () => {
    const { gateway } = await start(numbering());
    const client = await dial(gateway);
    client.socket.close(1000);
    expect(await client.closed).toBe(1000);
  });

  it('closes with 1011 when the gateway itself fails, and serves none of the frames that wait', async () => {
    const logger = createLogger({
      service: 'gateway',
      level: 'info',
      destination: {
        write: () => {
          throw new Error('the disk is full');
        },
      },
    });
    const { gateway, bodies } = await start(numbering(), { logger });
    const client = await dial(gateway);
    client.send(CREATE);
    client.send(CREATE);
    expect(await client.closed).toBe(1011);
    expect(client.frames.at(-1)).toMatchObject({ type: 'error', status: 500, error: { code: 'internal' } });
    expect(bodies).toHaveLength(1);
  });

  it('closes with 1009 for a frame that is too large, and with 1003 for one that is no text', async () => {
    const { gateway } = await start(numbering());
    const large = await dial(gateway);
    large.socket.send('x'.repeat(MAX_BODY_BYTES + 1));
    expect(await large.closed).toBe(1009);
    const binary = await dial(gateway);
    binary.socket.send(Buffer.from('{}'));
    expect(await binary.closed).toBe(1003);
  });

  it('takes the turn under way with it when the client goes', async () => {
    const { promise: aborted, resolve: abort } = Promise.withResolvers<void>();
    const { gateway, lines } = await start(async (_open, _body, reply, signal) => {
      reply.head({ status: 200, headers: { 'content-type': 'text/event-stream' } });
      write(reply, { type: 'response.created', response: {} });
      await new Promise((resolve) => {
        signal.addEventListener('abort', resolve);
      });
      abort();
      return { ...DONE, outcome: 'cancelled' };
    });
    const client = await dial(gateway);
    client.send(CREATE);
    await client.read('response.created');
    client.socket.terminate();
    await aborted;
    await gateway.close();
    expect(lines.find(({ msg }) => msg === 'request')).toMatchObject({ status: 499 });
  });

  it('lets a turn finish when the gateway shuts down, then closes with 1001; idle ones close at once', async () => {
    const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>();
    const number = numbering();
    const { gateway } = await start(async (...job) => {
      await mayEnd;
      return number(...job);
    });
    const idle = await dial(gateway);
    const busy = await dial(gateway);
    busy.send(CREATE);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const closed = gateway.close();
    expect(await idle.closed).toBe(1001);
    end();
    expect(await busy.read('response.completed')).toMatchObject({ response: { id: 'resp_1' } });
    expect(await busy.closed).toBe(1001);
    await closed;
  });

  it('is cut at the end of the drain time, and its turn logged', async () => {
    const { gateway, lines } = await start(
      async (_open, _body, _reply, signal) => {
        await new Promise((resolve) => {
          signal.addEventListener('abort', resolve);
        });
        return { ...DONE, outcome: 'cancelled' };
      },
      { drainMs: 100 },
    );
    const client = await dial(gateway);
    client.send(CREATE);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await gateway.close();
    expect(await client.closed).toBe(1006);
    expect(lines.find(({ msg }) => msg === 'request')).toMatchObject({ status: 499, errorCode: 'client_closed' });
  });

  it('is kept by a client that answers pings, and given up where none does', async () => {
    const { gateway } = await start(numbering(), { socketPingMs: 30 });
    const lively = await dial(gateway);
    const url = `${gateway.address.replace('http', 'ws')}/v1/responses`;
    const silent = new Client(new WebSocket(url, { headers: { authorization: 'Bearer good' }, autoPong: false }));
    expect(await silent.closed).toBe(1006);
    expect(lively.socket.readyState).toBe(WebSocket.OPEN);
  });

  it('makes the attempt wait for a client that does not read', async () => {
    const { promise: isBehind, resolve: tellBehind } = Promise.withResolvers<void>();
    const { gateway } = await start(async (_open, _body, reply) => {
      reply.head({ status: 200, headers: { 'content-type': 'text/event-stream' } });
      for (let count = 0; count < 300; count += 1) {
        const behind = write(reply, { type: 'response.output_text.delta', delta: 'x'.repeat(100_000) });
        if (behind === undefined) continue;
        tellBehind();
        await behind;
      }
      write(reply, { type: 'response.completed', response: { id: 'resp_1', output: [] } });
      return DONE;
    });
    const client = await dial(gateway);
    client.socket.pause();
    client.send(CREATE);
    await isBehind;
    client.socket.resume();
    await client.read('response.completed');
  });

  it('leaves other offers of an upgrade aside', async () => {
    const { gateway } = await start(numbering());
    const { port } = new URL(gateway.address);
    const socket: Socket = connect(Number(port), '127.0.0.1');
    socket.write('GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n');
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toMatch(/^HTTP\/1\.1 200 /);
    socket.destroy();
  });
});
