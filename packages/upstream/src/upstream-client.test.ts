import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, createServer as createTcpServer, type Server as TcpServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import tls from 'node:tls';
import { brotliCompressSync, createGzip, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';

import { middleOf } from '@switchyard/testkit';

import { DEADLINES, listenLocally } from './__fixtures__/loopback.js';
import type { UpstreamRequest } from './upstream-call.js';
import { createUpstreamClient, type UpstreamClient, type UpstreamClientOptions } from './upstream-client.js';

const closers: (() => Promise<unknown> | void)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function listen(server: TcpServer, scheme = 'http'): Promise<URL> {
  const { url, close } = await listenLocally(server, scheme);
  closers.push(close);
  url.search = '?x=1';
  return url;
}

function serve(listener: RequestListener): Promise<URL> {
  return listen(createServer(listener));
}

function startClient(options: UpstreamClientOptions = {}): UpstreamClient {
  const client = createUpstreamClient(options);
  closers.push(() => client.close());
  return client;
}

function requestTo(url: URL, changes: Partial<UpstreamRequest> = {}): UpstreamRequest {
  return {
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json', authorization: 'Bearer hidden' },
    body: Buffer.from('{"a":1}'),
    deadlines: DEADLINES,
    ...changes,
  };
}

async function readAll(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function readRequest(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** The error of a call that must fail. */
async function failureOf(work: Promise<unknown>): Promise<{ code: unknown; message: string }> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error('the call was expected to fail');
}

const never = new AbortController().signal;

describe('a call that is answered', () => {
  it('sends method, path, headers and body as given and asks for no compression', async () => {
    let seen: unknown;
    const url = await serve(async (request, response) => {
      const body = await readRequest(request);
      seen = { method: request.method, path: request.url, headers: request.headers, body };
      response.writeHead(201, { 'X-One': 'a', 'x-two': ['b', 'c'] }).end('done');
    });
    const answer = await startClient().call(requestTo(url), never);
    expect(answer.status).toBe(201);
    expect(answer.headers).toMatchObject({ 'x-one': 'a', 'x-two': 'b, c' });
    expect(await readAll(answer.body)).toBe('done');
    expect(seen).toMatchObject({
      method: 'POST',
      path: '/v1/chat?x=1',
      headers: { authorization: 'Bearer hidden', 'accept-encoding': 'identity', 'content-length': '7' },
      body: '{"a":1}',
    });
  });

  it('reuses its connection for the next call', async () => {
    const ports = new Set<number | undefined>();
    const url = await serve((request, response) => {
      ports.add(request.socket.remotePort);
      request.resume();
      response.end('ok');
    });
    const client = startClient();
    for (let call = 0; call < 3; call++) {
      await readAll((await client.call(requestTo(url), never)).body);
    }
    expect(ports.size).toBe(1);
  });

  it('takes a connection for each call under way', async () => {
    const waiting: ServerResponse[] = [];
    const url = await serve((_request, response) => {
      waiting.push(response);
      if (waiting.length === 3) for (const held of waiting) held.end('ok');
    });
    const client = startClient();
    const answers = await Promise.all([1, 2, 3].map(() => client.call(requestTo(url), never)));
    expect(await Promise.all(answers.map((answer) => readAll(answer.body)))).toEqual(['ok', 'ok', 'ok']);
  });

  it('gives each chunk when it comes', async () => {
    const url = await serve((_request, response) => {
      response.write('one');
      setTimeout(() => response.end('two'), 60);
    });
    const answer = await startClient().call(requestTo(url), never);
    expect((await answer.body.next()).value?.toString()).toBe('one');
    expect((await answer.body.next()).value?.toString()).toBe('two');
    expect((await answer.body.next()).done).toBe(true);
  });

  it('stops the socket while nobody reads, without calling that silence', async () => {
    let sentBytes = 0;
    const url = await serve((_request, response) => {
      const chunk = Buffer.alloc(64 * 1024);
      const send = () => {
        while (sentBytes < 64 * 1024 * 1024) {
          sentBytes += chunk.length;
          if (!response.write(chunk)) {
            response.once('drain', send);
            return;
          }
        }
        response.end();
      };
      send();
    });
    const answer = await startClient().call(requestTo(url, { deadlines: { ...DEADLINES, idleMs: 1_000 } }), never);
    await answer.body.next();
    await sleep(1_500);
    expect(sentBytes).toBeLessThan(32 * 1024 * 1024);
    let bytes = 0;
    for await (const chunk of answer.body) bytes += chunk.length;
    expect(bytes).toBeGreaterThan(63 * 1024 * 1024);
  });
});

describe('a call that fails', () => {
  it('says so when the connection is refused', async () => {
    const url = await serve(() => {});
    await closers.pop()?.();
    expect(await failureOf(startClient().call(requestTo(url), never))).toEqual({
      code: 'upstream_network_error',
      message: `${url.host} refused the connection`,
    });
  });

  it('says so when the host has no address', async () => {
    const url = new URL('http://no-such-host.invalid/');
    const failure = await failureOf(startClient().call(requestTo(url), never));
    expect(failure.code).toMatch(/^upstream_(network_error|timeout)$/);
    expect(failure.message).toMatch(/^no-such-host\.invalid /);
  });

  it('says so when the connection closes or is reset before the headers', async () => {
    const url = await serve((request) => request.socket.end());
    const reset = await listen(createTcpServer((socket) => socket.once('data', () => socket.resetAndDestroy())));
    const client = startClient();
    expect(await failureOf(client.call(requestTo(url), never))).toEqual({
      code: 'upstream_network_error',
      message: `${url.host} closed the connection before its answer was complete`,
    });
    expect(await failureOf(client.call(requestTo(reset), never))).toEqual({
      code: 'upstream_network_error',
      message: `${reset.host} reset the connection`,
    });
  });

  it('gives the bytes that came and then fails when the answer is cut', async () => {
    const url = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half', () => response.socket?.end());
    });
    const answer = await startClient().call(requestTo(url), never);
    expect((await answer.body.next()).value?.toString()).toBe('half');
    expect((await failureOf(answer.body.next())).code).toBe('upstream_network_error');
    expect((await answer.body.next()).done).toBe(true);
  });

  it('says so when the answer is not HTTP, or not TLS', async () => {
    const url = await listen(createTcpServer((socket) => socket.end('220 mail ready\r\n')));
    const client = startClient();
    expect((await failureOf(client.call(requestTo(url), never))).message).toBe(
      `${url.host} answered with something that is not HTTP/1.1`,
    );
    const secure = new URL(url.href.replace('http:', 'https:'));
    expect((await failureOf(client.call(requestTo(secure), never))).message).toContain('does not speak TLS');
  });

  it('says which header deadline passed and closes the socket', async () => {
    let closedAtMs: number | undefined;
    const url = await serve((request) => request.socket.once('close', () => (closedAtMs = performance.now())));
    const call = startClient().call(requestTo(url, { deadlines: { ...DEADLINES, headersMs: 80 } }), never);
    expect(await failureOf(call)).toEqual({
      code: 'upstream_timeout',
      message: `${url.host} did not begin to answer within 80 ms`,
    });
    await sleep(50);
    expect(closedAtMs).toBeDefined();
  });

  it('fails a body that stalls, but not one that is slow', async () => {
    const url = await serve((_request, response) => {
      let sent = 0;
      const timer = setInterval(() => {
        response.write('x');
        if (++sent === 4) clearInterval(timer);
      }, 60);
    });
    const request = requestTo(url, { deadlines: { ...DEADLINES, idleMs: 200 } });
    const answer = await startClient().call(request, never);
    const received: string[] = [];
    const reading = (async () => {
      for await (const chunk of answer.body) received.push(chunk.toString());
    })();
    expect(await failureOf(reading)).toEqual({
      code: 'upstream_timeout',
      message: `${url.host} sent nothing more within 200 ms`,
    });
    expect(received.join('')).toBe('xxxx');
  });

  it('fails a connection that is not accepted in time', async () => {
    // A server that accepts TCP but never shakes hands is slow to connect for TLS.
    const url = await listen(
      createTcpServer(() => {}),
      'https',
    );
    const call = startClient().call(requestTo(url, { deadlines: { ...DEADLINES, connectMs: 120 } }), never);
    expect(await failureOf(call)).toMatchObject({ code: 'upstream_timeout' });
  });

  it('fails a call that waits too long for one of a bounded number of sockets', async () => {
    const url = await serve((_request, response) => void response.write('open'));
    const client = startClient({ connectionsPerOrigin: 1 });
    const request = requestTo(url, { deadlines: { ...DEADLINES, connectMs: 150 } });
    await client.call(request, never);
    expect(await failureOf(client.call(request, never))).toEqual({
      code: 'upstream_timeout',
      message: `${url.host} did not accept a connection within 150 ms`,
    });
  });

  it('never repeats what was sent, whatever header is refused', async () => {
    const url = await serve((_request, response) => response.end());
    const call = startClient().call(requestTo(url, { headers: { authorization: 'Bearer hid\nden' } }), never);
    const failure = await failureOf(call);
    expect(failure.code).toBe('upstream_network_error');
    expect(failure.message).not.toMatch(/hid|den/);
  });
});

describe('a cancelled call', () => {
  it.each(['before the headers', 'in the middle of the body'])('closes its socket within 100 ms %s', async (when) => {
    const tookMs = await middleOf(3, async () => {
      const closed = new Promise<number>((resolve) => {
        closers.push(() => resolve(Number.NaN));
        void serve((request, response) => {
          request.socket.once('close', () => resolve(performance.now()));
          if (when !== 'before the headers') response.write('begin');
          else request.once('data', () => setTimeout(() => abort.abort(), 20));
        }).then(start);
      });
      const abort = new AbortController();
      let abortedAtMs = 0;
      abort.signal.addEventListener('abort', () => (abortedAtMs = performance.now()));
      let failure: unknown;
      async function start(url: URL): Promise<void> {
        try {
          const answer = await startClient().call(requestTo(url), abort.signal);
          await answer.body.next();
          setTimeout(() => abort.abort(), 20);
          await answer.body.next();
        } catch (error) {
          failure = error;
        }
      }
      const closedAtMs = await closed;
      expect(failure).toMatchObject({ code: 'client_closed' });
      return closedAtMs - abortedAtMs;
    });
    expect(tookMs).toBeLessThan(100);
  });

  it('is not sent at all when it was cancelled first, or while it waited for a socket', async () => {
    let requests = 0;
    const held: ServerResponse[] = [];
    const url = await serve((_request, response) => {
      requests += 1;
      held.push(response);
      response.write('open');
    });
    const client = startClient({ connectionsPerOrigin: 1 });
    expect(await failureOf(client.call(requestTo(url), AbortSignal.abort()))).toMatchObject({ code: 'client_closed' });

    const first = await client.call(requestTo(url), never);
    const abort = new AbortController();
    const waiting = client.call(requestTo(url), abort.signal);
    abort.abort();
    expect(await failureOf(waiting)).toMatchObject({ code: 'client_closed' });
    held[0]?.end();
    await readAll(first.body);
    const third = client.call(requestTo(url), never);
    await sleep(100);
    held[1]?.end();
    expect(await readAll((await third).body)).toBe('open');
    expect(requests).toBe(2);
  });

  it.each([true, false])('closes its socket when a compressed answer is left (begun: %s)', async (begun) => {
    let onClosed: () => void = () => {};
    const closed = new Promise<void>((resolve) => (onClosed = resolve));
    const url = await serve((request, response) => {
      request.socket.once('close', onClosed);
      response.writeHead(200, { 'content-encoding': 'gzip' });
      const gzip = createGzip();
      gzip.pipe(response);
      gzip.write('begin');
      gzip.flush();
    });
    const answer = await startClient().call(requestTo(url), never);
    if (begun) await answer.body.next();
    await answer.body.return?.();
    await closed;
  });

  it('closes its socket when the reader leaves the loop', async () => {
    let onClosed: () => void = () => {};
    const closed = new Promise<void>((resolve) => (onClosed = resolve));
    const url = await serve((request, response) => {
      request.socket.once('close', onClosed);
      response.write('begin');
    });
    const answer = await startClient().call(requestTo(url), never);
    for await (const chunk of answer.body) {
      expect(chunk.toString()).toBe('begin');
      break;
    }
    await closed;
  });
});

describe('a compressed answer', () => {
  const text = 'data: {"text":"hello"}\n\n'.repeat(500);
  it.each([
    ['gzip', gzipSync(text)],
    ['deflate', deflateSync(text)],
    ['br', brotliCompressSync(text)],
    ['ZSTD', zstdCompressSync(text)],
  ])('is unfolded from %s, and its headers no longer speak of it', async (encoding, body) => {
    const url = await serve((_request, response) => {
      response.writeHead(200, { 'content-encoding': encoding, 'content-length': body.length }).end(body);
    });
    const answer = await startClient().call(requestTo(url), never);
    expect(answer.headers).not.toHaveProperty('content-encoding');
    expect(answer.headers).not.toHaveProperty('content-length');
    expect(await readAll(answer.body)).toBe(text);
  });

  it('gives each event when it was flushed', async () => {
    const url = await serve((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      const gzip = createGzip();
      gzip.pipe(response);
      gzip.write('data: 1\n\n');
      gzip.flush();
    });
    const answer = await startClient().call(requestTo(url), never);
    expect((await answer.body.next()).value?.toString()).toBe('data: 1\n\n');
    await answer.body.return?.();
  });

  it.each([
    ['a bomb', 'gzip', gzipSync(Buffer.alloc(8 * 1024 * 1024)), /more than 1048576 bytes/],
    ['damaged', 'gzip', Buffer.from('not gzip at all'), /damaged compression/],
    ['cut', 'gzip', gzipSync(text).subarray(0, 60), /damaged compression/],
    ['unknown', 'rot13', Buffer.from('abc'), /unknown content encoding rot13/],
    ['unknown, though every object has it', 'constructor', Buffer.from('abc'), /unknown content encoding constructor/],
  ])('fails when it is %s', async (_case, encoding, body, message) => {
    const url = await serve((_request, response) => {
      response.writeHead(200, { 'content-encoding': encoding }).end(body);
    });
    const client = startClient({ decompressedLimitBytes: 1024 * 1024 });
    const reading = client.call(requestTo(url), never).then((answer) => readAll(answer.body));
    const failure = await failureOf(reading);
    expect(failure.code).toBe('upstream_malformed');
    expect(failure.message).toMatch(message);
  });
});

describe('TLS', () => {
  const key = readFileSync(`${import.meta.dirname}/__fixtures__/loopback.key`);
  const cert = readFileSync(`${import.meta.dirname}/__fixtures__/loopback.crt`);

  it('refuses a certificate that is not trusted here, and accepts it once it is', async () => {
    const url = await listen(
      createTlsServer({ key, cert }, (_request, response) => response.end('secure')),
      'https',
    );
    const client = startClient();
    expect((await failureOf(client.call(requestTo(url), never))).message).toBe(
      `${url.host} showed a certificate that is not trusted here`,
    );
    const trusted = tls.getCACertificates('default');
    tls.setDefaultCACertificates([...trusted, cert.toString()]);
    closers.push(() => tls.setDefaultCACertificates(trusted));
    expect(await readAll((await client.call(requestTo(url), never)).body)).toBe('secure');
  });
});

describe('a proxy', () => {
  async function startProxy(options: { refuses?: boolean } = {}) {
    const seen: { target: string | undefined; authorization: string | undefined }[] = [];
    const proxy: Server = createServer((request, response) => {
      seen.push({ target: request.url, authorization: request.headers['proxy-authorization'] });
      response.writeHead(options.refuses ? 407 : 200).end('from the proxy');
    });
    proxy.on('connect', (request, socket) => {
      seen.push({ target: request.url, authorization: request.headers['proxy-authorization'] });
      if (options.refuses) {
        socket.end('HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n');
        return;
      }
      const [host, port] = (request.url ?? '').split(':');
      const target = connect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        target.pipe(socket).pipe(target);
      });
      target.on('error', () => socket.destroy());
      socket.on('error', () => target.destroy());
    });
    return { url: await listen(proxy), seen };
  }

  it('forwards plain calls and is told its own credentials only', async () => {
    const { url, seen } = await startProxy();
    const target = new URL('http://provider.invalid/v1');
    const proxyUrl = `http://user:pass@${url.host}`;
    const answer = await startClient().call(requestTo(target, { proxyUrl }), never);
    expect(await readAll(answer.body)).toBe('from the proxy');
    const authorization = `Basic ${Buffer.from('user:pass').toString('base64')}`;
    expect(seen).toEqual([{ target: 'http://provider.invalid/v1', authorization }]);
  });

  it('says so when it refuses a tunnel, without its password', async () => {
    const { url } = await startProxy({ refuses: true });
    const target = new URL('https://provider.invalid/v1');
    const failure = await failureOf(
      startClient().call(requestTo(target, { proxyUrl: `http://user:pass@${url.host}` }), never),
    );
    expect(failure).toEqual({
      code: 'upstream_network_error',
      message: 'provider.invalid could not be reached: the proxy refused the tunnel',
    });
  });

  it.each(['direct', 'none', ''])('is not used for %j', async (proxyUrl) => {
    const url = await serve((_request, response) => response.end('straight'));
    const answer = await startClient().call(requestTo(url, { proxyUrl }), never);
    expect(await readAll(answer.body)).toBe('straight');
  });

  it.each(['ftp://user:pass@proxy', 'user:pass'])(
    'cannot be %s, and the error keeps that to itself',
    async (proxyUrl) => {
      const failure = await failureOf(startClient().call(requestTo(new URL('http://a.invalid'), { proxyUrl }), never));
      expect(failure.code).toBe('upstream_network_error');
      expect(failure.message).not.toContain('pass');
    },
  );

  it('may speak SOCKS 5', async () => {
    const target = await serve((_request, response) => response.end('through socks'));
    const proxy = await listen(createTcpServer(serveSocks));
    const request = requestTo(target, { proxyUrl: `socks5://${proxy.host}` });
    const answer = await startClient().call(request, never);
    expect(await readAll(answer.body)).toBe('through socks');
  });
});

/** Just enough of RFC 1928: no authentication, CONNECT to an IPv4 address or a name. */
function serveSocks(socket: Socket): void {
  socket.once('data', () => {
    socket.write(Buffer.from([5, 0]));
    socket.once('data', (request: Buffer) => {
      const named = request[3] === 3;
      const length = request[4] ?? 0;
      const host = named ? request.subarray(5, 5 + length).toString() : [...request.subarray(4, 8)].join('.');
      const target = connect(request.readUInt16BE(request.length - 2), host, () => {
        socket.write(Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 0]));
        target.pipe(socket).pipe(target);
      });
      target.on('error', () => socket.destroy());
    });
  });
}
