import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { CollectingReply, HEAD, OPEN, SlowReply, SUCCESS } from '../__fixtures__/attempt.js';
import { Peers, type RudeWorker, TOKEN, until } from '../__fixtures__/peers.js';
import type { AttemptEnd, AttemptTransport } from '../attempt.js';
import { DATA_WINDOW_BYTES } from '../connection/stream-window.js';
import { DEFAULT_CONNECTION_TIMINGS } from '../connection/wire-connection.js';
import { FrameType, MAX_CHUNK_BYTES } from '../frame/frame-type.js';
import { encodeEnd } from '../payload/end-payload.js';
import { encodeHead } from '../payload/head-payload.js';
import { encodeOpen } from '../payload/open-payload.js';
import { WIRE_VERSION } from '../schema.js';
import { ClientConnection } from './client-connection.js';

const peers = new Peers();
afterEach(() => peers.close());

const { signal } = new AbortController();
const FULL_CHUNK = Buffer.alloc(MAX_CHUNK_BYTES);

function send(client: AttemptTransport, reply = new CollectingReply()): Promise<AttemptEnd> {
  return client.attempt(OPEN, Buffer.from('body'), reply, signal);
}

function head(worker: RudeWorker, streamId: number): RudeWorker {
  return worker.send(FrameType.head, streamId, encodeHead(HEAD));
}

/** An end with an outcome that does not exist. */
function dreamt(): Buffer {
  const outcome: object = { outcome: 'dreamt' };
  return encodeEnd({ ...SUCCESS, ...outcome });
}

describe('a gateway whose worker misbehaves', () => {
  it.each<[string, (worker: RudeWorker, streamId: number) => void]>([
    ['commits twice', (worker, id) => head(worker, id).send(FrameType.head, id, encodeHead(HEAD))],
    ['sends data before the head', (worker, id) => worker.send(FrameType.data, id, Buffer.from('x'))],
    ['sends a head that is no payload', (worker, id) => worker.send(FrameType.head, id, Buffer.from('{'))],
    ['answers a stream that was never opened', (worker, id) => head(worker, id + 1)],
    ['sends what only gateways send', (worker, id) => worker.send(FrameType.open, id, encodeOpen(0, OPEN))],
    ['says hello twice', (worker) => worker.send(FrameType.hello, 0, { version: WIRE_VERSION, providers: [] })],
    ['sends garbage', (worker) => worker.socket.write(Buffer.alloc(100, 0xee))],
    ['breaks off', (worker) => worker.socket.destroy()],
    ['resets the connection', (worker) => worker.socket.resetAndDestroy()],
    ['grants credit for nothing', (worker, id) => worker.send(FrameType.credit, id, Buffer.from([0, 1, 0, 0]))],
  ])('loses the attempt and the connection when it %s', async (_name, misbehave) => {
    const client = peers.client(await peers.rudeWorker(misbehave));
    expect((await send(client)).error?.code).toBe('worker_lost');
    expect(client.problems()).toHaveLength(1);
  });

  it('disconnects one that sends beyond its credit, however little the reader takes', async () => {
    const slow = new SlowReply();
    let sent = 0;
    const address = await peers.rudeWorker((worker, id) => {
      head(worker, id);
      for (; sent < DATA_WINDOW_BYTES + MAX_CHUNK_BYTES; sent += FULL_CHUNK.length) {
        worker.send(FrameType.data, id, FULL_CHUNK);
      }
    });
    const client = peers.client(address);
    const end = await send(client, slow);
    expect(end.error).toMatchObject({ code: 'worker_lost', message: expect.stringContaining('more than its credit') });
  });

  it('allows a last whole frame on the last byte of credit', async () => {
    const address = await peers.rudeWorker((worker, id) => {
      head(worker, id).send(FrameType.data, id, FULL_CHUNK.subarray(1));
      for (let sent = 0; sent < DATA_WINDOW_BYTES; sent += FULL_CHUNK.length)
        worker.send(FrameType.data, id, FULL_CHUNK);
      worker.send(FrameType.end, id, encodeEnd(SUCCESS));
    });
    const slow = new SlowReply();
    const end = send(peers.client(address), slow);
    await until(() => slow.chunks.length === 1);
    await sleep(50);
    slow.release();
    expect(await end).toEqual(SUCCESS);
    expect(slow.body).toHaveLength(DATA_WINDOW_BYTES + MAX_CHUNK_BYTES - 1);
  });

  it('loses the attempt only, when it does not understand its report', async () => {
    let attempts = 0;
    const address = await peers.rudeWorker((worker, id) => {
      attempts += 1;
      worker.send(FrameType.end, id, attempts === 1 ? dreamt() : encodeEnd(SUCCESS));
    });
    const client = peers.client(address);
    const end = await send(client);
    expect(end.error).toMatchObject({ code: 'worker_lost', message: expect.stringContaining('outcome') });
    expect(client.availableWorkers()).toBe(1);
    expect(await send(client)).toEqual(SUCCESS);
  });

  it('does not use one of another version, and tells so', async () => {
    const address = await peers.rudeWorker(() => {}, { version: 9, providers: ['simulator'] });
    const client = peers.client(address, { connectWaitMs: 100 });
    expect((await send(client)).error?.code).toBe('no_worker');
    expect(client.problems()).toEqual([expect.stringContaining('version 9')]);
  });

  it('gives up on one that never says hello', async () => {
    const client = peers.client(await peers.rudeWorker(() => {}, Buffer.alloc(0)), {
      connectWaitMs: 200,
      timings: { helloTimeoutMs: 50 },
    });
    expect((await send(client)).error?.code).toBe('no_worker');
    expect(client.problems()).toHaveLength(1);
  });
});

describe('a connection whose stream ids run out', () => {
  it('is retired, finishes its attempts and closes', async () => {
    const finish: (() => void)[] = [];
    const server = await peers.server(() => new Promise((resolve) => finish.push(() => resolve(SUCCESS))));
    const events: string[] = [];
    const socket = connect(server.address);
    const connection = new ClientConnection({
      socket: { socket },
      token: TOKEN,
      timings: DEFAULT_CONNECTION_TIMINGS,
      maxStreamId: 2,
      onReady: () => events.push('ready'),
      onRetired: () => events.push('retired'),
      onClosed: () => events.push('closed'),
    });
    await until(() => events.length === 1);
    const ends: unknown[] = [];
    const task = {
      open: OPEN,
      body: Buffer.alloc(0),
      reply: new CollectingReply(),
      signal,
      onSettled: (end: unknown): void => void ends.push(end),
    };
    const begun = [connection.attempt(task), connection.attempt(task), connection.attempt(task)];
    expect(begun).toEqual([true, true, false]);
    await until(() => finish.length === 2);
    expect(events).toEqual(['ready', 'retired']);
    const closed = once(socket, 'close');
    for (const each of finish) each();
    await closed;
    expect(ends).toEqual([SUCCESS, SUCCESS]);
    expect(events).toEqual(['ready', 'retired', 'closed']);
  });
});
