import { setTimeout as sleep } from 'node:timers/promises';

import { middleOf } from '@switchyard/testkit';

import { CollectingReply, HEAD, OPEN, SlowReply, SUCCESS } from '../__fixtures__/attempt.js';
import { hostPort, Peers, RecordingLogger, until } from '../__fixtures__/peers.js';
import type { AttemptEnd, AttemptHandler, AttemptTransport } from '../attempt.js';
import type { WireServer } from '../server/wire-server.js';

const peers = new Peers();
afterEach(() => peers.close());

const { signal } = new AbortController();

const answer: AttemptHandler = async (_open, body, reply) => {
  reply.head(HEAD);
  await reply.data(body);
  return SUCCESS;
};

/** Commits, then runs until its signal aborts. */
const endless: AttemptHandler = (_open, _body, reply, abort) => {
  reply.head(HEAD);
  return new Promise((resolve) => {
    abort.addEventListener('abort', () => resolve({ ...SUCCESS, outcome: 'cancelled', dropped: ['seen'] }));
  });
};

function send(client: AttemptTransport, body = 'hello'): Promise<AttemptEnd> {
  return client.attempt(OPEN, Buffer.from(body), new CollectingReply(), signal);
}

/** Starts attempts that never end by themselves; waits until the servers run them. */
async function occupy(
  client: AttemptTransport,
  server: WireServer,
  count: number,
): Promise<readonly Promise<AttemptEnd>[]> {
  const before = server.openStreams;
  const ends = Array.from({ length: count }, () => send(client));
  await until(() => server.openStreams === before + count);
  return ends;
}

describe('an attempt over the wire', () => {
  it('arrives as it was sent, and so does its answer', async () => {
    let seen: unknown;
    const end: AttemptEnd = {
      ...SUCCESS,
      usage: { inputUncached: 1, cacheRead: 2, cacheWrite5m: 0, cacheWrite1h: 0, output: 5 },
    };
    const server = await peers.server(async (open, body, reply) => {
      seen = { open, body: body.toString() };
      reply.head(HEAD);
      await reply.data(Buffer.from('data: 1\n\n'));
      await reply.data(Buffer.from('data: 2\n\n'));
      return end;
    });
    const client = await peers.connected([server]);
    const reply = new CollectingReply();
    expect(await client.attempt({ ...OPEN, traceparent: 'tp' }, Buffer.from('{"a":1}'), reply, signal)).toEqual(end);
    expect(seen).toEqual({ open: { ...OPEN, traceparent: 'tp' }, body: '{"a":1}' });
    expect(reply.heads).toEqual([HEAD]);
    expect(reply.chunks.map(String)).toEqual(['data: 1\n\n', 'data: 2\n\n']);
  });

  it('may have no body and no answer', async () => {
    const client = await peers.connected([
      await peers.server((_open, body) => Promise.resolve({ ...SUCCESS, dropped: [String(body.length)] })),
    ]);
    expect(await send(client, '')).toEqual({ ...SUCCESS, dropped: ['0'] });
  });

  it('that goes on with a stream has its state and its data, and no head', async () => {
    const rescue = { hasToolCalls: false, isStructured: false, state: { text: 'x'.repeat(700_000) } };
    const server = await peers.server(async (open, _body, reply) => {
      await reply.data(Buffer.from('data: 2\n\n'));
      return { ...SUCCESS, outcome: 'error', rescue: open.resume?.state };
    });
    const client = await peers.connected([server]);
    const reply = new CollectingReply();
    const open = { ...OPEN, resume: { how: 'replay', state: rescue } } as const;
    expect(await client.attempt(open, Buffer.alloc(0), reply, signal)).toMatchObject({ outcome: 'error', rescue });
    expect([reply.heads, String(reply.body)]).toEqual([[], 'data: 2\n\n']);
  });

  it('that begins a stream may not send data before its head', async () => {
    const server = await peers.server(async (_open, body, reply) => {
      await reply.data(body);
      return SUCCESS;
    });
    expect(await send(await peers.connected([server]))).toMatchObject({
      outcome: 'error',
      error: { code: 'internal' },
    });
  });

  it('runs beside a thousand others on one connection', async () => {
    const server = await peers.server(async (_open, body, reply) => {
      reply.head(HEAD);
      for (let chunk = 0; chunk < 5; chunk += 1) {
        await sleep(1);
        await reply.data(body);
      }
      return SUCCESS;
    });
    const client = await peers.connected([server]);
    const replies = Array.from({ length: 1000 }, () => new CollectingReply());
    const ends = await Promise.all(
      replies.map((reply, index) => client.attempt(OPEN, Buffer.from(`${index};`), reply, signal)),
    );
    expect(ends.every((end) => end.outcome === 'success')).toBe(true);
    expect(replies.map((reply) => reply.body.toString())).toEqual(replies.map((_, index) => `${index};`.repeat(5)));
    expect(server.connections).toBe(1);
    expect(server.openStreams).toBe(0);
  });

  it('becomes an internal error if the handler throws', async () => {
    const client = await peers.connected([await peers.server(() => Promise.reject(new Error('bug')))]);
    expect((await send(client)).error?.code).toBe('internal');
  });

  it('keeps its outcome when its report is too long for a frame', async () => {
    const body = 'x'.repeat(2_000_000);
    const error = {
      code: 'upstream_server_error',
      message: 'm',
      status: 502,
      answer: { status: 502, headers: {}, body },
    } as const;
    const client = await peers.connected([
      await peers.server(() => Promise.resolve({ ...SUCCESS, outcome: 'error', error })),
    ]);
    expect((await send(client)).error).toEqual({ code: 'upstream_server_error', message: 'm', status: 502 });
    const hopeless = await peers.connected([
      await peers.server(() => Promise.resolve({ ...SUCCESS, dropped: [body] })),
    ]);
    expect((await send(hopeless)).error?.code).toBe('internal');
  });

  it('is refused here if its headers do not fit a frame', async () => {
    const client = await peers.connected([await peers.server(answer)]);
    const open = { ...OPEN, headers: { a: 'x'.repeat(2_000_000) } };
    const end = await client.attempt(open, Buffer.alloc(0), new CollectingReply(), signal);
    expect(end.error?.code).toBe('headers_too_large');
  });
});

describe('cancelling', () => {
  it('aborts the handler within 100 ms, and gives back what the worker reports', async () => {
    let abortedAt = 0;
    const server = await peers.server((...args) => {
      args[3].addEventListener('abort', () => (abortedAt = performance.now()));
      return endless(...args);
    });
    const client = await peers.connected([server]);
    const tookMs = await middleOf(3, async () => {
      const abort = new AbortController();
      const end = client.attempt(OPEN, Buffer.from('b'), new CollectingReply(), abort.signal);
      await until(() => server.openStreams === 1);
      const cancelledAt = performance.now();
      abort.abort();
      expect(await end).toEqual({ ...SUCCESS, outcome: 'cancelled', dropped: ['seen'] });
      expect(abortedAt).toBeGreaterThan(cancelledAt);
      await until(() => server.openStreams === 0);
      return abortedAt - cancelledAt;
    });
    expect(tookMs).toBeLessThan(100);
  });

  it('rejects a handler that waits to write', async () => {
    let rejected: unknown;
    const server = await peers.server(async (_open, _body, reply) => {
      reply.head(HEAD);
      try {
        for (;;) await reply.data(Buffer.alloc(60_000));
      } catch (error) {
        rejected = error;
      }
      return { ...SUCCESS, outcome: 'cancelled' };
    });
    const client = await peers.connected([server]);
    const abort = new AbortController();
    const stuck = new CollectingReply();
    stuck.data = () => new Promise(() => {});
    const end = client.attempt(OPEN, Buffer.alloc(0), stuck, abort.signal);
    await until(() => server.openStreams === 1);
    await sleep(50);
    expect(rejected).toBeUndefined();
    abort.abort();
    expect((await end).outcome).toBe('cancelled');
    expect(rejected).toMatchObject({ code: 'client_closed' });
  });

  it('frees a worker whose handler has returned but whose last chunks wait for the reader', async () => {
    let aborted = false;
    const server = await peers.server(
      (_open, _body, reply, abort) => {
        abort.addEventListener('abort', () => (aborted = true));
        reply.head(HEAD);
        void reply.data(Buffer.alloc(2_000_000));
        return Promise.resolve({ ...SUCCESS, dropped: ['seen'] });
      },
      { limits: { maxBufferedBodyBytes: 100 } },
    );
    const client = await peers.connected([server]);
    const abort = new AbortController();
    const stuck = new SlowReply();
    const end = client.attempt(OPEN, Buffer.alloc(100), stuck, abort.signal);
    await until(() => stuck.chunks.length === 1 && server.openStreams === 1);
    abort.abort();
    expect(await end).toEqual({ ...SUCCESS, outcome: 'cancelled', dropped: ['seen'] });
    await until(() => server.openStreams === 0 && aborted);
    const full = client.attempt(OPEN, Buffer.alloc(101), new CollectingReply(), signal);
    expect((await full).error?.code).toBe('no_worker');
  });

  it('does not wait for a worker that ignores it', async () => {
    const server = await peers.server(() => new Promise(() => {}));
    const client = await peers.connected([server]);
    const abort = new AbortController();
    const end = client.attempt(OPEN, Buffer.alloc(0), new CollectingReply(), abort.signal);
    await until(() => server.openStreams === 1);
    abort.abort();
    expect((await end).outcome).toBe('cancelled');
  });

  it('needs no worker if it came first', async () => {
    let called = false;
    const client = await peers.connected([await peers.server((...args) => ((called = true), answer(...args)))]);
    expect((await client.attempt(OPEN, Buffer.from('b'), new CollectingReply(), AbortSignal.abort())).outcome).toBe(
      'cancelled',
    );
    await send(client);
    expect(called).toBe(true);
  });

  it('happens too when the reader rejects', async () => {
    const server = await peers.server(async (_open, _body, reply, abort) => {
      reply.head(HEAD);
      await reply.data(Buffer.from('x'));
      await new Promise((resolve) => {
        abort.addEventListener('abort', resolve);
      });
      return { ...SUCCESS, outcome: 'cancelled' };
    });
    const client = await peers.connected([server]);
    const gone = new CollectingReply();
    gone.data = () => Promise.reject(new Error('the client went away'));
    expect((await client.attempt(OPEN, Buffer.alloc(0), gone, signal)).outcome).toBe('cancelled');
  });

  it('happens too when the reader throws, and that is an internal error', async () => {
    const server = await peers.server(endless);
    const client = await peers.connected([server]);
    const broken = new CollectingReply();
    broken.head = () => {
      throw new Error('bug');
    };
    expect((await client.attempt(OPEN, Buffer.alloc(0), broken, signal)).error?.code).toBe('internal');
    await until(() => server.openStreams === 0);
  });
});

describe('a lost connection', () => {
  it('ends its attempts with worker_lost, and is made anew', async () => {
    const server = await peers.server(endless);
    const client = await peers.connected([server]);
    const ends = await occupy(client, server, 20);
    const { port } = server.address;
    await server.close();
    const codes = (await Promise.all(ends)).map((end) => end.error?.code);
    expect(new Set(codes)).toEqual(new Set(['worker_lost']));
    expect(client.availableWorkers()).toBe(0);
    await peers.server(answer, { port });
    await until(() => client.availableWorkers() === 1);
    expect(await send(client)).toEqual(SUCCESS);
  });

  it('aborts the handlers of a gateway that is gone', async () => {
    let aborted = 0;
    const server = await peers.server((...args) => {
      args[3].addEventListener('abort', () => (aborted += 1));
      return endless(...args);
    });
    const client = await peers.connected([server]);
    const ends = await occupy(client, server, 10);
    await client.close();
    await until(() => aborted === 10 && server.openStreams === 0 && server.connections === 0);
    expect((await Promise.all(ends)).every((end) => end.error?.code === 'worker_lost')).toBe(true);
  });

  it('is noticed when the worker falls silent', async () => {
    const silent = await peers.rudeWorker(() => {});
    const client = peers.client(silent, { timings: { pingIntervalMs: 30 } });
    await until(() => client.availableWorkers() === 1);
    const end = await send(client);
    expect(end.error).toMatchObject({ code: 'worker_lost', message: expect.stringContaining('no byte from the peer') });
  });

  it('is not imagined of a worker that is only idle', async () => {
    const timings = { pingIntervalMs: 20 };
    const server = await peers.server(endless, { timings });
    const client = await peers.connected([server], { timings });
    await occupy(client, server, 1);
    await sleep(300);
    expect([server.openStreams, client.availableWorkers()]).toEqual([1, 1]);
  });
});

describe('choosing a worker', () => {
  it('sends each attempt to the least busy one', async () => {
    const [first, second] = [await peers.server(endless), await peers.server(endless)];
    const direct = await peers.connected([first]);
    await occupy(direct, first, 3);
    const client = await peers.connected([first, second]);
    for (let sent = 1; sent <= 10; sent += 1) {
      void send(client);
      await until(() => first.openStreams + second.openStreams === 3 + sent);
    }
    expect([first.openStreams - 3, second.openStreams]).toEqual([5, 5]);
  });

  it('skips workers that do not host the provider', async () => {
    const other = await peers.server(answer, { providers: ['claude', 'groq'] });
    const client = await peers.connected([other], { connectWaitMs: 20 });
    expect((await send(client)).error?.code).toBe('no_worker');
    const both = await peers.connected([other, await peers.server(answer)]);
    for (let sent = 0; sent < 10; sent += 1) expect(await send(both)).toEqual(SUCCESS);
  });

  it('waits a little for a worker, then gives up', async () => {
    const client = peers.client('127.0.0.1:1', { connectWaitMs: 60 });
    const startedAt = performance.now();
    const end = await send(client);
    expect(end.error).toMatchObject({ code: 'no_worker', status: 503, retryAfterMs: 1_000 });
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(59);
    expect(client.problems()).toEqual([expect.stringContaining('ECONNREFUSED')]);
  });

  it('starts an attempt as soon as the first worker connects', async () => {
    const server = await peers.server(answer);
    const client = peers.client(hostPort(server), { connectWaitMs: 5000 });
    expect(client.availableWorkers()).toBe(0);
    expect(await send(client)).toEqual(SUCCESS);
  });

  it('stops waiting when the attempt is cancelled or the transport closed', async () => {
    const client = peers.client('127.0.0.1:1', { connectWaitMs: 60_000 });
    const abort = new AbortController();
    const cancelled = client.attempt(OPEN, Buffer.alloc(0), new CollectingReply(), abort.signal);
    const closed = send(client);
    abort.abort();
    expect((await cancelled).outcome).toBe('cancelled');
    await client.close();
    expect((await closed).error?.code).toBe('no_worker');
    expect((await send(client)).error?.code).toBe('no_worker');
  });

  it('tells why a worker refuses the token, once', async () => {
    const server = await peers.server(answer);
    const logger = new RecordingLogger();
    const client = peers.client(hostPort(server), { token: 'wrong', connectWaitMs: 700, logger });
    expect((await send(client)).error?.code).toBe('no_worker');
    expect(client.problems()).toEqual(['the worker refused the connection: the wire token is wrong']);
    expect(logger.lines).toHaveLength(1);
    expect(logger.lines.join()).not.toContain("'wrong'");
    expect(server.connections).toBe(0);
  });
});

describe('finding workers by name', () => {
  it('picks up a new one and leaves one that is gone, without cutting its attempts', async () => {
    const finishers: (() => void)[] = [];
    const old = await peers.server((_open, _body, reply) => {
      reply.head(HEAD);
      return new Promise((resolve) => finishers.push(() => resolve(SUCCESS)));
    });
    // The same port on another loopback address, as pods of one headless Service have.
    const next = await peers.server(answer, { host: '127.0.0.2', port: old.address.port });
    let addresses = ['127.0.0.1'];
    const client = peers.client(`workers.test:${old.address.port}`, {
      refreshMs: 10,
      resolve: (host) => Promise.resolve(host === 'workers.test' ? addresses : []),
    });
    const running = send(client);
    await until(() => finishers.length === 1);
    addresses = ['127.0.0.1', '127.0.0.2'];
    await until(() => client.availableWorkers() === 2);
    addresses = ['127.0.0.2'];
    await until(() => client.availableWorkers() === 1);
    for (let sent = 0; sent < 5; sent += 1) expect(await send(client)).toEqual(SUCCESS);
    expect([old.openStreams, next.connections]).toEqual([1, 1]);
    finishers[0]?.();
    expect(await running).toEqual(SUCCESS);
    await until(() => old.connections === 0);
  });

  it('keeps what it found while the name does not resolve, and says so once', async () => {
    const server = await peers.server(answer);
    const logger = new RecordingLogger();
    let calls = 0;
    const client = peers.client(`workers.test:${server.address.port}`, {
      refreshMs: 5,
      logger,
      resolve: () => {
        calls += 1;
        return calls === 1 ? Promise.resolve(['127.0.0.1']) : Promise.reject(new Error('SERVFAIL'));
      },
    });
    await until(() => calls > 5 && client.availableWorkers() === 1);
    expect(await send(client)).toEqual(SUCCESS);
    expect(logger.lines.filter((line) => line.includes('does not resolve'))).toHaveLength(1);
  });

  it('asks the real resolver by default', async () => {
    const server = await peers.server(answer);
    const client = peers.client(`localhost:${server.address.port}`, { connectWaitMs: 3000 });
    expect(await send(client)).toEqual(SUCCESS);
  });
});
