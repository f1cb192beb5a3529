import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

import { CollectingReply, HEAD, OPEN, SUCCESS } from '../__fixtures__/attempt.js';
import { Peers, RecordingLogger, until } from '../__fixtures__/peers.js';
import { RawPeer } from '../__fixtures__/raw-peer.js';
import type { AttemptEnd, AttemptHandler, AttemptTransport } from '../attempt.js';
import { BODY_WINDOW_BYTES } from '../connection/stream-window.js';
import { FrameType, HEADER_BYTES, MAX_CHUNK_BYTES } from '../frame/frame-type.js';
import { encodeOpen } from '../payload/open-payload.js';
import { listenWire } from './wire-server.js';

const peers = new Peers();
afterEach(() => peers.close());

const { signal } = new AbortController();
const NOW = { ...SUCCESS, finish: { reason: 'stop' } } as const;
const immediate: AttemptHandler = () => Promise.resolve(NOW);

function send(client: AttemptTransport, reply = new CollectingReply()): Promise<AttemptEnd> {
  return client.attempt(OPEN, Buffer.from('body'), reply, signal);
}

/** A handler whose attempts end when told to. */
class Controlled {
  readonly finish: (() => void)[] = [];
  aborted = 0;

  readonly handler: AttemptHandler = (_open, _body, reply, abort) => {
    reply.head(HEAD);
    return new Promise((resolve) => {
      this.finish.push(() => resolve(SUCCESS));
      abort.addEventListener('abort', () => {
        this.aborted += 1;
        resolve({ ...SUCCESS, outcome: 'cancelled' });
      });
    });
  };
}

describe('draining', () => {
  it('lets running attempts finish and sends new ones to another worker', async () => {
    const [first, second] = [new Controlled(), new Controlled()];
    const leaving = await peers.server(first.handler);
    const staying = await peers.server(second.handler);
    const client = await peers.connected([leaving, staying]);
    const onLeaving = [send(client), send(client), send(client), send(client)];
    await until(() => first.finish.length === 2 && second.finish.length === 2);
    const drained = leaving.drain(5000);
    await until(() => client.availableWorkers() === 1);
    const later = [send(client), send(client)];
    await until(() => second.finish.length === 4);
    expect([leaving.openStreams, first.aborted]).toEqual([2, 0]);
    for (const finish of [...first.finish, ...second.finish]) finish();
    expect(await drained).toBe(0);
    const ends = await Promise.all([...onLeaving, ...later]);
    expect(ends).toEqual(ends.map(() => SUCCESS));
  });

  it('loses no attempt that was sent before the gateway knew', async () => {
    const leaving = await peers.server(immediate);
    const staying = await peers.server(immediate);
    const client = await peers.connected([leaving, staying]);
    // No tick passes in between: half of these go to a worker that no longer takes any.
    const drained = leaving.drain(5000);
    const ends = await Promise.all(Array.from({ length: 100 }, () => send(client)));
    expect(ends).toEqual(ends.map(() => NOW));
    expect(await drained).toBe(0);
  });

  it('delivers every byte that was written before the end', async () => {
    const chunk = randomBytes(60_000);
    const server = await peers.server(async (_open, _body, reply) => {
      reply.head(HEAD);
      for (let sent = 0; sent < 100; sent += 1) await reply.data(chunk);
      return SUCCESS;
    });
    const client = await peers.connected([server]);
    const reply = new CollectingReply();
    const end = send(client, reply);
    await until(() => server.openStreams === 1);
    expect(await server.drain(5000)).toBe(0);
    expect(await end).toEqual(SUCCESS);
    expect(reply.body).toHaveLength(6_000_000);
  });

  it('cuts off what is still running at the deadline, and says how many', async () => {
    const controlled = new Controlled();
    const server = await peers.server(controlled.handler);
    const client = await peers.connected([server]);
    const ends = [send(client), send(client), send(client)];
    await until(() => server.openStreams === 3);
    expect(await server.drain(50)).toBe(3);
    expect(controlled.aborted).toBe(3);
    expect((await Promise.all(ends)).map((end) => end.error?.code)).toEqual(Array(3).fill('worker_lost'));
  });

  it('may be asked for twice', async () => {
    const controlled = new Controlled();
    const server = await peers.server(controlled.handler);
    const end = send(await peers.connected([server]));
    await until(() => server.openStreams === 1);
    const drains = [server.drain(5000), server.drain(5000)];
    controlled.finish[0]?.();
    expect(await Promise.all(drains)).toEqual([0, 0]);
    expect(await end).toEqual(SUCCESS);
  });

  it('takes no time when nobody is connected, and nobody new', async () => {
    const server = await peers.server(immediate);
    const { port } = server.address;
    expect(await server.drain(60_000)).toBe(0);
    const late = new RawPeer(port);
    await late.closed;
    expect(late.frames).toEqual([]);
  });
});

describe('a peer that misbehaves', () => {
  const timings = { helloTimeoutMs: 150, pingIntervalMs: 40 };
  const data = Buffer.alloc(10);
  const tooLong = Buffer.alloc(4);
  tooLong.writeUInt32BE(0xffff_ffff);

  it.each<[string, (peer: RawPeer) => void]>([
    ['that says nothing', () => {}],
    ['that sends garbage', (peer) => peer.socket.write(randomBytes(5000))],
    ['that speaks HTTP', (peer) => peer.socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')],
    ['whose hello never ends', (peer) => peer.socket.write(Buffer.from([0, 0, 63, 0, 1, 0, 0, 0, 0, 1, 2, 3]))],
    ['whose hello is too long', (peer) => peer.send(FrameType.hello, 0, Buffer.alloc(20_000))],
    ['whose hello is not JSON', (peer) => peer.send(FrameType.hello, 0, Buffer.from('hello'))],
    ['whose hello is a number', (peer) => peer.send(FrameType.hello, 0, Buffer.from('1'))],
    ['that opens before hello', (peer) => peer.open(1, 0)],
    ['with a wrong token', (peer) => peer.hello('wrong')],
    ['with an empty token', (peer) => peer.hello('')],
    ['with a wrong token that opens at once', (peer) => peer.hello('wrong').open(1, 0)],
    ['of another version', (peer) => peer.hello(undefined, 1)],
    ['that says hello twice', (peer) => peer.hello().hello()],
    [
      'with a giant length',
      (peer) => peer.hello().socket.write(Buffer.concat([tooLong, Buffer.from([5, 0, 0, 0, 1])])),
    ],
    ['with an unknown frame type', (peer) => peer.hello().send(99, 1)],
    ['that sends body for a stream it never opened', (peer) => peer.hello().send(FrameType.body, 7, data)],
    ['that cancels a stream it never opened', (peer) => peer.hello().send(FrameType.cancel, 7)],
    ['that sends what only servers send', (peer) => peer.hello().open(1, 0).send(FrameType.data, 1, data)],
    ['that opens a stream twice', (peer) => peer.hello().open(1, 0).open(1, 0)],
    [
      'that sends more body than announced',
      (peer) => peer.hello().open(1, 15).send(FrameType.body, 1, data).send(FrameType.body, 1, data),
    ],
    ['whose open is no payload', (peer) => peer.hello().send(FrameType.open, 1, { attempt: OPEN })],
    ['whose open ends too soon', (peer) => peer.hello().send(FrameType.open, 1, encodeOpen(0, OPEN).subarray(0, -1))],
    [
      'that grants credit for nothing',
      (peer) =>
        peer
          .hello()
          .open(1, 5)
          .send(FrameType.credit, 1, Buffer.from([0, 0, 0, 1])),
    ],
    [
      'that gives up',
      (peer) => peer.hello().send(FrameType.goaway, 0, { reason: 'protocol-error', message: 'm', lastStreamId: 0 }),
    ],
    ['that goes silent', (peer) => peer.hello().open(1, 5)],
  ])('%s is disconnected and leaves nothing behind', async (_name, misbehave) => {
    let begun = 0;
    const logger = new RecordingLogger();
    const server = await peers.server((...args) => ((begun += 1), immediate(...args)), { timings, logger });
    const peer = new RawPeer(server.address.port);
    await once(peer.socket, 'connect');
    misbehave(peer);
    await Promise.race([peer.closed, sleep(1500)]);
    expect(peer.isClosed).toBe(true);
    await until(() => server.connections === 0 && server.openStreams === 0);
    expect(logger.lines).toHaveLength(1);
    expect(logger.lines.join()).not.toContain('the-shared-token');
    expect(begun).toBeLessThanOrEqual(1);
  });

  it('is told why', async () => {
    const server = await peers.server(immediate);
    const peer = new RawPeer(server.address.port).hello('wrong');
    await peer.closed;
    expect(peer.json(FrameType.goaway)).toEqual({
      reason: 'unauthorized',
      message: 'the wire token is wrong',
      lastStreamId: 0,
    });
    const other = new RawPeer(server.address.port).hello(undefined, 7);
    await other.closed;
    expect(other.json(FrameType.goaway)).toMatchObject({ reason: 'unsupported-version' });
    expect(other.received(FrameType.hello)).toEqual([]);
  });

  it('that never reads cannot make answers pile up', async () => {
    const server = await peers.server(async (_open, _body, reply) => {
      reply.head(HEAD);
      for (;;) await reply.data(Buffer.alloc(MAX_CHUNK_BYTES));
    });
    const peer = new RawPeer(server.address.port).hello();
    peer.socket.pause();
    const before = process.memoryUsage().arrayBuffers;
    for (let streamId = 1; streamId <= 200; streamId += 1) peer.open(streamId, 0);
    await until(() => server.openStreams === 200);
    await sleep(200);
    // 200 windows would be 50 MB; a congested connection stops at about one megabyte and a chunk for each writer.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(
      200 * (MAX_CHUNK_BYTES + HEADER_BYTES) + 8_000_000,
    );
    peer.socket.destroy();
    await until(() => server.openStreams === 0);
  });

  it('does not disturb others', async () => {
    const server = await peers.server(immediate, { timings });
    const client = await peers.connected([server], { timings });
    for (let round = 0; round < 20; round += 1) {
      new RawPeer(server.address.port).socket.write(randomBytes(200));
      expect(await send(client)).toEqual(NOW);
    }
    await until(() => server.connections === 1);
  });
});

describe('what a worker takes', () => {
  it('is no body over the limit', async () => {
    const client = await peers.connected([await peers.server(immediate, { limits: { maxBodyBytes: 1000 } })]);
    const attempt = (bytes: number): Promise<AttemptEnd> =>
      client.attempt(OPEN, Buffer.alloc(bytes), new CollectingReply(), signal);
    expect(await attempt(1000)).toEqual(NOW);
    expect((await attempt(1001)).error).toMatchObject({ code: 'request_too_large', status: 413 });
    expect((await attempt(5_000_000)).error?.code).toBe('request_too_large');
    expect(await attempt(1000)).toEqual(NOW);
  });

  it('is no more unfinished bodies than fit, until they are finished or cancelled', async () => {
    const server = await peers.server(immediate, { limits: { maxBufferedBodyBytes: 1000 } });
    const peer = new RawPeer(server.address.port).hello().open(1, 600).open(2, 600);
    await until(() => peer.received(FrameType.end).length === 1);
    expect(peer.ends[0]).toMatchObject({ error: { code: 'no_worker' } });
    peer.send(FrameType.cancel, 1).open(3, 600).send(FrameType.body, 3, Buffer.alloc(600)).open(4, 1000);
    await until(() => peer.received(FrameType.end).length === 3);
    expect(peer.received(FrameType.end).map((frame) => frame.streamId)).toEqual([2, 1, 3]);
    peer.socket.destroy();
    await until(() => server.openStreams === 0);
  });

  it('is no more streams than it may have', async () => {
    const controlled = new Controlled();
    const client = await peers.connected([await peers.server(controlled.handler, { limits: { maxStreams: 2 } })]);
    const running = [send(client), send(client)];
    await until(() => controlled.finish.length === 2);
    expect((await send(client)).error?.code).toBe('no_worker');
    for (const finish of controlled.finish) finish();
    await Promise.all(running);
  });

  it('is not an attempt it does not understand, and the connection lives on', async () => {
    const server = await peers.server(immediate);
    const peer = new RawPeer(server.address.port).hello().open(1, 4, { operation: 'dream' });
    peer.send(FrameType.body, 1, Buffer.alloc(4)).open(2, 0);
    await until(() => peer.received(FrameType.end).length === 2);
    expect(peer.ends[0]).toMatchObject({
      error: { code: 'no_worker', message: expect.stringContaining('operation') },
    });
    expect(peer.received(FrameType.end)[1]?.streamId).toBe(2);
    peer.socket.destroy();
  });

  it('is frames for a stream that has just ended', async () => {
    const server = await peers.server(immediate);
    const peer = new RawPeer(server.address.port).hello().open(1, 0);
    await until(() => peer.received(FrameType.end).length === 1);
    peer
      .send(FrameType.cancel, 1)
      .send(FrameType.credit, 1, Buffer.from([0, 0, 1, 0]))
      .send(FrameType.body, 1, Buffer.alloc(3));
    peer.send(FrameType.ping, 0);
    await until(() => peer.received(FrameType.pong).length === 1);
    expect(peer.isClosed).toBe(false);
    peer.socket.destroy();
  });
});

describe('a worker', () => {
  it('grants body credit as it takes the body, in half windows', async () => {
    const server = await peers.server(immediate);
    const bytes = BODY_WINDOW_BYTES * 2;
    const peer = new RawPeer(server.address.port).hello().open(1, bytes);
    for (let sent = 0; sent < BODY_WINDOW_BYTES; sent += MAX_CHUNK_BYTES) {
      peer.send(FrameType.body, 1, Buffer.alloc(MAX_CHUNK_BYTES));
    }
    await until(() => granted(peer) === BODY_WINDOW_BYTES);
    expect(peer.received(FrameType.credit)).toHaveLength(2);
    peer.socket.destroy();
  });

  it('writes the frames of one tick together', async () => {
    const server = await peers.server(async (_open, _body, reply) => {
      reply.head(HEAD);
      for (let chunk = 0; chunk < 50; chunk += 1) void reply.data(Buffer.from(`data: ${chunk}\n\n`));
      return SUCCESS;
    });
    const peer = new RawPeer(server.address.port).hello();
    await until(() => peer.received(FrameType.hello).length === 1);
    let reads = 0;
    peer.socket.on('data', () => (reads += 1));
    peer.open(1, 0);
    await until(() => peer.received(FrameType.end).length === 1);
    expect(peer.received(FrameType.data)).toHaveLength(50);
    expect(reads).toBeLessThanOrEqual(2);
    peer.socket.destroy();
  });

  it('does not start without a token, nor on a port that is taken', async () => {
    const options = { port: 0, providers: [], handler: immediate };
    await expect(listenWire({ ...options, token: '' })).rejects.toMatchObject({ code: 'invalid_configuration' });
    const { port } = (await peers.server(immediate)).address;
    await expect(listenWire({ ...options, token: 't', port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});

function granted(peer: RawPeer): number {
  return peer.received(FrameType.credit).reduce((sum, frame) => sum + frame.payload.readUInt32BE(), 0);
}
