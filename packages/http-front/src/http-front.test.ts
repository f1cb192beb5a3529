import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import fc from 'fast-check';

import type { FrontAnswer } from './front-answer.js';
import type { FrontRequest } from './front-request.js';
import { HttpFront, type FrontTimeouts } from './http-front.js';

type Serve = (request: FrontRequest, answer: FrontAnswer) => void | Promise<void>;

interface Fronted {
  readonly server: Server;
  readonly front: HttpFront<string>;
  readonly port: number;
  /** How many requests each side served. */
  readonly served: { front: number; node: number };
}

const TIMEOUTS: FrontTimeouts = { headMs: 60_000, bodyMs: 60_000, requestMs: 70_000, keepAliveMs: 72_000 };
const closing: (() => void)[] = [];

afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** Both sides answer with what they were sent, so that nobody can tell them apart but by what is counted. */
const echo: Serve = async (request, answer) => {
  const body = await request.readBody();
  const text = `${request.url} ${body.toString()}`;
  answer.writeHead(200, { 'content-type': 'text/plain', 'content-length': String(Buffer.byteLength(text)) });
  answer.end(text);
};

async function listen(server: Server): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  closing.push(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}

function echoServer(served = { front: 0, node: 0 }): Server {
  const server = createServer({ keepAliveTimeout: TIMEOUTS.keepAliveMs }, (request, response) => {
    served.node += 1;
    const chunks: Buffer[] = [];
    request.on('error', () => {});
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = `${request.url} ${Buffer.concat(chunks).toString()}`;
      response.writeHead(200, { 'content-type': 'text/plain', 'content-length': String(Buffer.byteLength(text)) });
      response.end(text);
    });
  });
  server.on('upgrade', (_request, socket, head) => socket.end(`upgraded ${head.toString()}`));
  return server;
}

async function fronted(
  serve: Serve = echo,
  options: { readonly timeouts?: Partial<FrontTimeouts>; readonly sweepMs?: number } = {},
): Promise<Fronted> {
  const served = { front: 0, node: 0 };
  const server = echoServer(served);
  const front = new HttpFront<string>(server, {
    route: (target) => (target.startsWith('/v1/') ? target : undefined),
    serve: (_route, request, answer) => {
      served.front += 1;
      void Promise.resolve(serve(request, answer)).catch(() => answer.cut());
    },
    timeouts: { ...TIMEOUTS, ...options.timeouts },
    ...(options.sweepMs === undefined ? {} : { sweepMs: options.sweepMs }),
  });
  const port = await listen(server);
  closing.push(() => front.destroy());
  return { server, front, port, served };
}

interface Client {
  readonly socket: Socket;
  /** All that has come. */
  text(): string;
  /** Waits until what has come has this in it, so many times. */
  until(part: string, times?: number): Promise<string>;
  closed(): Promise<string>;
}

function client(port: number): Client {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  closing.push(() => socket.destroy());
  let text = '';
  let isClosed = false;
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
  });
  const wasClosed = once(socket, 'close').then(() => {
    isClosed = true;
  });
  return {
    socket,
    text: () => text,
    until: async (part, times = 1) => {
      while (text.split(part).length <= times) {
        if (isClosed) throw new Error(`closed after ${JSON.stringify(text)}`);
        await Promise.race([sleep(2), wasClosed]);
      }
      return text;
    },
    closed: async () => {
      await wasClosed;
      return text;
    },
  };
}

function post(
  body: string,
  { target = '/v1/a', lines = [] }: { target?: string; lines?: readonly string[] } = {},
): string {
  const head = [`POST ${target} HTTP/1.1`, 'Host: a', ...lines, `Content-Length: ${Buffer.byteLength(body)}`];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}

function withoutDate(text: string): string {
  return text.replace(/Date: [^\r]*/g, 'Date: ?');
}

/** All that a server answers until nothing more comes. */
async function answerTo(port: number, pieces: readonly string[]): Promise<string> {
  const { socket, text } = client(port);
  for (const piece of pieces) {
    socket.write(piece, 'latin1');
    await sleep(15);
  }
  socket.end();
  await Promise.race([once(socket, 'close'), sleep(300)]);
  return withoutDate(text());
}

const CHUNKED = 'POST /v1/a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n';

describe('HttpFront', () => {
  it('answers plain requests byte for byte as node:http would', async () => {
    const { port, served } = await fronted();
    const plain = await listen(echoServer());
    const requests = [post('one'), post(''), post('three', { target: '/v1/b?c=d' })];
    expect(await answerTo(port, requests)).toBe(await answerTo(plain, requests));
    expect(served).toEqual({ front: 3, node: 0 });
  });

  it.each([
    ['in chunks', [CHUNKED]],
    ['elsewhere', [post('x', { target: '/other' })]],
    ['by another method', ['GET /v1/a HTTP/1.1\r\nHost: a\r\n\r\n']],
    ['that closes', [post('x', { lines: ['Connection: close'] })]],
    ['of HTTP/1.0', [post('x').replace('1.1', '1.0')]],
    ['that expects', [post('x', { lines: ['Expect: 100-continue'] })]],
    ['for an upgrade', [`${post('', { lines: ['Connection: upgrade', 'Upgrade: websocket'] })}more`]],
    ['with two lengths', [post('x', { lines: ['Content-Length: 2'] })]],
    ['with length and chunks', [post('0\r\n\r\n', { lines: ['Transfer-Encoding: chunked'] })]],
    ['with a folded line', [post('x', { lines: ['X-A: b', ' c'] })]],
    ['without host', [post('x').replace('Host: a\r\n', '')]],
    ['with a head that is too long', [post('x', { lines: [`X-A: ${'a'.repeat(20_000)}`] })]],
    ['that is none', ['hello\r\n\r\n']],
    ['in the cipher of TLS', ['\x16\x03\x01\x02\x00\x01\x00']],
    ['in pieces', [post('body').slice(0, 30), post('body').slice(30, 60), post('body').slice(60)]],
    ['that breaks off', [post('x').slice(0, 30)]],
  ])('leaves a request %s to node:http, at once or after plain ones', async (_what, odd) => {
    const { port, served } = await fronted();
    const plain = await listen(echoServer());
    const first = await answerTo(port, odd);
    expect(first).toBe(await answerTo(plain, odd));
    expect(served.front).toBe(0);
    const later = [post('before'), ...odd, post('after')];
    expect(await answerTo(port, later)).toBe(await answerTo(plain, later));
    expect(served.front).toBe(1);
  });

  it('answers in order what is sent at once, wherever it is cut', async () => {
    const { port } = await fronted();
    const whole = [post('one'), post('two', { target: '/v1/b' }), CHUNKED, post('four')].join('');
    const plain = withoutDate(await answerTo(await listen(echoServer()), [whole]));
    expect(plain.split('HTTP/1.1 200').length).toBe(5);
    const cuts = fc.array(fc.nat(whole.length), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(cuts, async (places) => {
        const sorted = [0, ...places.toSorted((a, b) => a - b), whole.length];
        const { socket, until } = client(port);
        for (const [index, place] of sorted.slice(1).entries()) {
          socket.write(whole.slice(sorted[index], place));
          await sleep(3);
        }
        const text = await until('four');
        socket.destroy();
        expect(withoutDate(text)).toBe(plain);
      }),
      { numRuns: 25 },
    );
  });

  it('gathers a large body that comes piece by piece', async () => {
    let equal = false;
    const body = 'abcdefgh'.repeat(128 * 1024);
    const { port } = await fronted(async (request, answer) => {
      await sleep(20);
      equal = (await request.readBody()).equals(Buffer.from(body));
      answer.writeHead(200, { 'content-length': '2' });
      answer.end('ok');
    });
    const { socket, until } = client(port);
    socket.write(post(body));
    await until('ok');
    expect(equal).toBe(true);
  });

  it('hears a client out that is answered before it has sent its body', async () => {
    const { port } = await fronted((request, answer) => {
      const text = `refused ${request.contentLength}`;
      answer.writeHead(413, { 'content-length': String(text.length) });
      answer.end(text);
    });
    const { socket, until } = client(port);
    const body = 'x'.repeat(1024 * 1024);
    socket.write(post(body));
    socket.write(post('small'));
    const text = await until('refused 5');
    expect(text).toMatch(/^HTTP\/1\.1 413 Payload Too Large\r\n[^]*refused 1048576HTTP\/1\.1 413/);
  });

  it('writes streams in chunks, and the chunks of one turn at once', async () => {
    const { port } = await fronted((_request, answer) => {
      answer.writeHead(200, { 'content-type': 'text/event-stream' });
      void answer.write(Buffer.from('data: é\n\n'));
      void answer.write('');
      answer.end('data: x\n\n');
    });
    const { socket, until } = client(port);
    socket.write(post('{}'));
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    const text = await until('0\r\n\r\n');
    expect(text).toContain('Transfer-Encoding: chunked\r\n\r\na\r\ndata: Ã©\n\n\r\n9\r\ndata: x\n\n\r\n0\r\n\r\n');
    expect(chunks).toHaveLength(1);
  });

  it('makes whoever writes wait for a client that does not read, and tells when it has gone', async () => {
    let written = 0;
    let gone = false;
    const { port } = await fronted(async (_request, answer) => {
      answer.onGone = () => {
        gone = true;
      };
      answer.writeHead(200, {});
      while (!answer.isGone) {
        await answer.write(Buffer.alloc(32 * 1024));
        written += 32 * 1024;
        if (written % (1024 * 1024) === 0) await sleep(1);
      }
    });
    const { socket } = client(port);
    socket.pause();
    socket.write(post('{}'));
    let before = -1;
    while (before !== written) {
      before = written;
      await sleep(150);
    }
    expect(written).toBeGreaterThan(0);
    expect(gone).toBe(false);
    socket.destroy();
    while (!gone) await sleep(5);
  });

  it.each([
    ['in the middle of its body', post('abcdef').slice(0, -3)],
    ['on one side only', `${post('abcdef').slice(0, -3)}FIN`],
  ])('tells that a client has gone %s', async (_what, bytes) => {
    const outcome = Promise.withResolvers<unknown>();
    const { port } = await fronted(async (request) => {
      outcome.resolve(await Promise.resolve(request.readBody()).catch((error: unknown) => error));
    });
    const { socket } = client(port);
    if (bytes.endsWith('FIN')) socket.end(bytes.slice(0, -3));
    else socket.write(bytes, () => setTimeout(() => socket.destroy(), 20));
    expect(await outcome.promise).toMatchObject({ reason: 'gone' });
  });

  it('cuts an answer that is shorter or longer than its head says', async () => {
    const { port } = await fronted(async (request, answer) => {
      answer.writeHead(200, { 'content-length': '3' });
      answer.end((await request.readBody()).toString());
    });
    const short = client(port);
    short.socket.write(post('ab'));
    expect(await short.closed()).toMatch(/\r\n\r\nab$/);
    const long = client(port);
    long.socket.write(post('abcd'));
    expect(await long.closed()).toBe('');
  });

  it('keeps the order of streams and whole answers, small and large ones', async () => {
    const large = 'x'.repeat(40_000);
    const { port } = await fronted(async (request, answer) => {
      const body = (await request.readBody()).toString();
      if (body === 'stream') {
        answer.writeHead(200, {});
        void answer.write('<some>');
        answer.end('<more>');
        return;
      }
      const whole = body === 'large' ? large : `<${body}>`;
      answer.writeHead(200, { 'content-length': String(whole.length) });
      answer.end(whole);
    });
    const { socket, until } = client(port);
    socket.write(['stream', 'small', 'large', 'stream', 'large', 'last'].map((body) => post(body)).join(''));
    const text = await until('<last>');
    const told = text.match(/<\w+>|x{2,}/g)?.map((part) => (part === large ? '<large>' : part));
    expect(told?.join('')).toBe('<some><more><small><large><some><more><large><last>');
    expect(text.split('HTTP/1.1 200 OK\r\n')).toHaveLength(7);
  });

  it('cuts a stream without its last chunk', async () => {
    const { port } = await fronted((_request, answer) => {
      answer.writeHead(200, {});
      void answer.write('half');
      answer.cut();
    });
    const { socket, closed } = client(port);
    socket.write(post('{}'));
    expect(await closed()).toMatch(/\r\n\r\n4\r\nhalf\r\n$/);
  });

  it('refuses to write a header that would be more than one', async () => {
    const thrown = Promise.withResolvers<unknown>();
    const { port } = await fronted(async (_request, answer) => {
      try {
        answer.writeHead(200, { 'x-a': 'b\r\nx-c: d' });
      } catch (error) {
        thrown.resolve(error);
        throw error;
      }
    });
    const { socket, closed } = client(port);
    socket.write(post('{}'));
    expect(await thrown.promise).toBeInstanceOf(TypeError);
    expect(await closed()).toBe('');
  });

  it('writes no body and no length where there may be none', async () => {
    const { port } = await fronted((_request, answer) => {
      answer.writeHead(204, {});
      answer.end('ignored');
    });
    const { socket, until } = client(port);
    socket.write(post('{}') + post('{}'));
    const text = await until('\r\n\r\n', 2);
    expect(text).toMatch(
      /^(HTTP\/1\.1 204 No Content\r\nDate: [^\r]+\r\nConnection: keep-alive\r\nKeep-Alive: timeout=72\r\n\r\n){2}$/,
    );
  });
});

describe('lateness', () => {
  const SWEEP = { sweepMs: 10 };

  it('answers a connection that never sends anything as node:http does, and closes it', async () => {
    const { port } = await fronted(echo, { ...SWEEP, timeouts: { headMs: 50 } });
    expect(await client(port).closed()).toBe('');
    const { port: handled, server } = await fronted(echo, { ...SWEEP, timeouts: { headMs: 50 } });
    server.on('clientError', (error: NodeJS.ErrnoException, socket) => socket.end(`late: ${error.code}`));
    expect(await client(handled).closed()).toBe('late: ERR_HTTP_REQUEST_TIMEOUT');
  });

  it('closes a connection that stays idle beyond what its client was told', async () => {
    const { port } = await fronted(echo, { ...SWEEP, timeouts: { keepAliveMs: 0 } });
    const { socket, until, closed } = client(port);
    socket.write(post('x'));
    await until('/v1/a x');
    const since = performance.now();
    await closed();
    expect(performance.now() - since).toBeGreaterThan(500);
  });

  it('tells who waits for a body that it is late, and cuts a connection on which it still does not come', async () => {
    const { port } = await fronted(
      async (request, answer) => {
        const outcome = await Promise.resolve(request.readBody()).catch((error: Error) => error.message);
        answer.writeHead(408, {});
        answer.end(String(outcome));
      },
      { ...SWEEP, timeouts: { bodyMs: 50, requestMs: 150 } },
    );
    const { socket, until, closed } = client(port);
    socket.write(post('abc').slice(0, -1));
    expect(await until('0\r\n\r\n')).toContain('the body did not arrive in time');
    await closed();
  });
});

describe('closing', () => {
  it('closes idle connections at once, and others when their answer is out', async () => {
    const go = Promise.withResolvers<void>();
    const { port, front } = await fronted(async (request, answer) => {
      const body = await request.readBody();
      if (body.toString() === 'slow') await go.promise;
      answer.writeHead(200, { 'content-length': '4' });
      answer.end('done');
    });
    const fresh = client(port);
    const idle = client(port);
    const running = client(port);
    idle.socket.write(post('fast'));
    await idle.until('done');
    running.socket.write(post('slow'));
    await sleep(30);
    front.closeWhenAnswered();
    await fresh.closed();
    await idle.closed();
    expect(running.socket.closed).toBe(false);
    go.resolve();
    const text = await running.closed();
    expect(text).toContain('Connection: close\r\n');
    expect(text).toMatch(/done$/);
  });
});
