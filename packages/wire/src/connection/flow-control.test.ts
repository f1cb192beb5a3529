import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { CollectingReply, HEAD, OPEN, SlowReply, SUCCESS } from '../__fixtures__/attempt.js';
import { Peers, until } from '../__fixtures__/peers.js';
import type { AttemptHandler } from '../attempt.js';
import { MAX_CHUNK_BYTES } from '../frame/frame-type.js';
import { DATA_WINDOW_BYTES } from './stream-window.js';

const peers = new Peers();
afterEach(() => peers.close());

const { signal } = new AbortController();

/** Answers with the request's body, in chunks, and counts what the reply took. */
function echoHandler(chunkBytes: number, taken: { bytes: number; promises: number }): AttemptHandler {
  return async (_open, body, reply) => {
    reply.head(HEAD);
    for (let offset = 0; offset < body.length; offset += chunkBytes) {
      const chunk = body.subarray(offset, offset + chunkBytes);
      taken.bytes += chunk.length;
      const behind = reply.data(chunk);
      if (behind === undefined) continue;
      taken.promises += 1;
      await behind;
    }
    return SUCCESS;
  };
}

describe('flow control', () => {
  it.each([1000, MAX_CHUNK_BYTES, 700_000, 10_000_000])(
    'carries 10 MB both ways, byte for byte, in chunks of %d',
    async (chunkBytes) => {
      const body = randomBytes(10_000_000);
      const client = await peers.connected([await peers.server(echoHandler(chunkBytes, { bytes: 0, promises: 0 }))]);
      const reply = new CollectingReply();
      expect(await client.attempt(OPEN, body, reply, signal)).toEqual(SUCCESS);
      expect(reply.body.equals(body)).toBe(true);
    },
  );

  it('keeps the borders of chunks of up to 64 KiB', async () => {
    const sizes = [
      1,
      100,
      2048,
      2049,
      30_000,
      MAX_CHUNK_BYTES,
      5,
      MAX_CHUNK_BYTES,
      MAX_CHUNK_BYTES,
      MAX_CHUNK_BYTES,
      7,
    ];
    const server = await peers.server(async (_open, _body, reply) => {
      reply.head(HEAD);
      for (let round = 0; round < 10; round += 1) {
        for (const size of sizes) await reply.data(Buffer.alloc(size, 'x'));
      }
      return SUCCESS;
    });
    const reply = new CollectingReply();
    await (await peers.connected([server])).attempt(OPEN, Buffer.alloc(0), reply, signal);
    expect(reply.chunks.map((chunk) => chunk.length)).toEqual(Array.from({ length: 10 }, () => sizes).flat());
  });

  it('gives no promise while credit remains', async () => {
    const taken = { bytes: 0, promises: 0 };
    const client = await peers.connected([await peers.server(echoHandler(1000, taken))]);
    await client.attempt(OPEN, Buffer.alloc(DATA_WINDOW_BYTES - 1), new CollectingReply(), signal);
    expect(taken).toEqual({ bytes: DATA_WINDOW_BYTES - 1, promises: 0 });
  });

  it('lets a reader that takes nothing hold one window and one chunk, and resumes when it reads', async () => {
    const chunkBytes = 10_000;
    const taken = { bytes: 0, promises: 0 };
    const body = randomBytes(3_000_000);
    const client = await peers.connected([await peers.server(echoHandler(chunkBytes, taken))]);
    const reply = new SlowReply();
    const end = client.attempt(OPEN, body, reply, signal);
    await until(() => taken.promises === 1);
    await sleep(100);
    expect(taken.bytes).toBeGreaterThanOrEqual(DATA_WINDOW_BYTES);
    expect(taken.bytes).toBeLessThan(DATA_WINDOW_BYTES + chunkBytes);
    // The client's reader was given the first chunk only: the rest waits at the wire.
    expect(reply.chunks).toHaveLength(1);
    reply.release();
    expect(await end).toEqual(SUCCESS);
    expect(reply.body.equals(body)).toBe(true);
  });

  it('does not let a slow reader hold up another stream of the same connection', async () => {
    const client = await peers.connected([await peers.server(echoHandler(10_000, { bytes: 0, promises: 0 }))]);
    const slow = new SlowReply();
    const slowEnd = client.attempt(OPEN, Buffer.alloc(1_000_000), slow, signal);
    await until(() => slow.chunks.length > 0);
    const fast = new CollectingReply();
    expect(await client.attempt(OPEN, Buffer.alloc(1_000_000), fast, signal)).toEqual(SUCCESS);
    expect(fast.body).toHaveLength(1_000_000);
    slow.release();
    await slowEnd;
  });

  it('sends what a handler wrote without waiting before the end of the attempt', async () => {
    const server = await peers.server((_open, _body, reply) => {
      reply.head(HEAD);
      for (let chunk = 0; chunk < 20; chunk += 1) void reply.data(Buffer.alloc(100_000, chunk));
      return Promise.resolve(SUCCESS);
    });
    const reply = new CollectingReply();
    expect(await (await peers.connected([server])).attempt(OPEN, Buffer.alloc(0), reply, signal)).toEqual(SUCCESS);
    expect(reply.body).toHaveLength(2_000_000);
    expect(reply.body.at(-1)).toBe(19);
  });

  it('ends an attempt for a slow reader only when it has read everything', async () => {
    const server = await peers.server(echoHandler(1000, { bytes: 0, promises: 0 }));
    const client = await peers.connected([server]);
    const reply = new SlowReply();
    let ended = false;
    const end = client.attempt(OPEN, Buffer.alloc(5000), reply, signal).finally(() => (ended = true));
    await until(() => server.openStreams === 0 && reply.chunks.length === 1);
    await server.close();
    await sleep(50);
    expect(ended).toBe(false);
    reply.release();
    expect(await end).toEqual(SUCCESS);
    expect(reply.body).toHaveLength(5000);
  });

  it('carries many large bodies at once over one congested connection', async () => {
    const client = await peers.connected([await peers.server(echoHandler(MAX_CHUNK_BYTES, { bytes: 0, promises: 0 }))]);
    const bodies = Array.from({ length: 40 }, (_, index) => Buffer.alloc(1_500_000, index));
    const replies = bodies.map(() => new CollectingReply());
    const ends = await Promise.all(
      bodies.map((body, index) => client.attempt(OPEN, body, replies[index] ?? new CollectingReply(), signal)),
    );
    expect(ends.every((end) => end.outcome === 'success')).toBe(true);
    expect(replies.every((reply, index) => reply.body.equals(bodies[index] ?? Buffer.alloc(0)))).toBe(true);
  });
});
