import { readdirSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startRedisCluster, startRedisProxy, startRedisServer, testRedis, type RedisProxy } from '@switchyard/testkit';

import { eventually } from '../__fixtures__/snapshots.js';
import { connectRedis } from '../redis/connect-redis.js';
import { createMemoryUsageSink } from './memory-usage-sink.js';
import { createRedisUsageSink, type RedisUsageSinkOptions } from './redis-usage-sink.js';
import type { UsageRecord, UsageSink } from './usage-sink.js';

function record(index: number): UsageRecord {
  return {
    requestId: `req_${index}`,
    atMs: 1_780_000_000_000 + index,
    tenantId: 't',
    keyId: 'k',
    model: 'gpt-5',
    operation: 'chat',
    status: 200,
    attempts: 1,
    inputUncached: 10,
    cacheRead: 0,
    cacheWrite5m: 0,
    cacheWrite1h: 0,
    output: index,
    reasoning: 0,
    isEstimated: false,
    usdMicros: 7,
    durationMs: 12,
  };
}

function write(sink: UsageSink, from: number, to: number): void {
  for (let index = from; index < to; index += 1) sink.write(record(index));
}

function names(from: number, to: number): readonly string[] {
  return Array.from({ length: to - from }, (_, index) => `req_${from + index}`);
}

/** The records in the stream, as they are written there. */
async function readStream({
  url,
  keyPrefix = 'switchyard:',
}: Pick<RedisUsageSinkOptions, 'url' | 'keyPrefix'>): Promise<readonly unknown[]> {
  const redis = connectRedis({ url, commands: {} });
  const entries = await redis.xrange(`${keyPrefix}{usage}`, '-', '+');
  redis.disconnect();
  return entries.map(([, fields]): unknown => JSON.parse(fields[1] ?? ''));
}

async function readIds(redis: Pick<RedisUsageSinkOptions, 'url' | 'keyPrefix'>): Promise<readonly unknown[]> {
  return (await readStream(redis)).map((one) => String(JSON.stringify(one).match(/req_\d+/u)?.[0]));
}

let spoolFolder: string;

beforeEach(async () => {
  spoolFolder = await mkdtemp(join(tmpdir(), 'switchyard-usage-'));
});

afterEach(async () => {
  await rm(spoolFolder, { recursive: true, force: true });
});

describe.each<[string, () => Promise<{ sink: UsageSink; read(): Promise<readonly unknown[]> }>]>([
  [
    'memory',
    async () => {
      const sink = createMemoryUsageSink();
      return { sink, read: async () => sink.records() };
    },
  ],
  [
    'redis',
    async () => {
      const redis = await testRedis();
      return { sink: createRedisUsageSink({ ...redis, spoolFolder, flushMs: 5 }), read: () => readStream(redis) };
    },
  ],
])('a usage sink in %s', (_name, create) => {
  it('keeps what is written, in order and once', async () => {
    const { sink, read } = await create();
    write(sink, 0, 450);
    await eventually(() => sink.pending === 0);
    write(sink, 450, 451);
    await sink.close();
    await sink.close();
    expect(await read()).toEqual(Array.from({ length: 451 }, (_, index) => record(index)));
    expect([sink.pending, sink.dropped]).toEqual([0, 0]);
  });

  it('keeps optional parts, and words of any language', async () => {
    const { sink, read } = await create();
    const whole = { ...record(1), provider: 'claude', credentialId: 'c', upstreamModel: 'módel\n"✓"', errorCode: 'e' };
    sink.write(whole);
    await sink.close();
    expect(await read()).toEqual([whole]);
  });

  it('takes nothing once it is closed', async () => {
    const { sink, read } = await create();
    await sink.close();
    write(sink, 0, 1);
    expect(await read()).toEqual([]);
  });
});

describe('a usage sink in memory', () => {
  it('keeps the latest records and counts the others', () => {
    const sink = createMemoryUsageSink({ capacity: 3 });
    write(sink, 0, 5);
    expect([sink.records().map(({ requestId }) => requestId), sink.dropped]).toEqual([names(2, 5), 2]);
  });
});

describe('a usage sink whose Redis is away', () => {
  let redis: { readonly url: string; readonly keyPrefix: string };
  let proxy: RedisProxy;
  const opened: UsageSink[] = [];

  beforeEach(async () => {
    redis = await testRedis();
    proxy = await startRedisProxy(redis.url);
  });

  afterEach(async () => {
    await Promise.all(opened.splice(0).map((sink) => sink.close()));
    await proxy.close();
  });

  function create(more: Partial<RedisUsageSinkOptions> = {}): UsageSink {
    const { keyPrefix } = redis;
    const sink = createRedisUsageSink({ url: proxy.url, keyPrefix, spoolFolder, flushMs: 5, retryMs: 30, ...more });
    opened.push(sink);
    return sink;
  }

  it('has the few records that come while it writes wait for others', async () => {
    const sink = create({ flushMs: 60_000 });
    write(sink, 0, 64);
    await eventually(() => sink.pending === 0);
    proxy.hang();
    write(sink, 64, 128);
    // On their way, and nobody answers yet.
    await new Promise((resolve) => setTimeout(resolve, 20));
    write(sink, 128, 133);
    await proxy.pass();
    await eventually(() => sink.pending === 5);
    expect(await readIds(redis)).toEqual(names(0, 128));
    await sink.close();
    expect(await readIds(redis)).toEqual(names(0, 133));
  });

  it('keeps records on disk, and writes them in order when it is back', async () => {
    const errors: Error[] = [];
    const sink = create({ onError: (error) => errors.push(error) });
    write(sink, 0, 10);
    await eventually(() => sink.pending === 0);
    await proxy.refuse();
    write(sink, 10, 500);
    await eventually(() => readdirSync(spoolFolder).length >= 3);
    expect([sink.pending, sink.dropped]).toEqual([490, 0]);
    await proxy.pass();
    write(sink, 500, 510);
    await eventually(() => sink.pending === 0);
    expect(await readIds(redis)).toEqual(names(0, 510));
    expect(await readdir(spoolFolder)).toEqual([]);
    expect(errors).toHaveLength(1);
    await sink.close();
  });

  it('writes nothing twice where the answer was lost on its way', async () => {
    const sink = create();
    write(sink, 0, 3);
    await eventually(() => sink.pending === 0);
    proxy.hang();
    write(sink, 3, 6);
    // What was sent arrives, though nobody hears of it.
    await new Promise((resolve) => setTimeout(resolve, 100));
    proxy.cut();
    await proxy.pass();
    await eventually(() => sink.pending === 0);
    expect(await readIds(redis)).toEqual(names(0, 6));
    await sink.close();
  });

  it('leaves to the next process what it could not write', async () => {
    await proxy.refuse();
    const first = create();
    write(first, 0, 250);
    await first.close();
    expect(first.pending).toBe(250);
    // A file that was cut off while it was written.
    await writeFile(join(spoolFolder, 'a-b.000000000001.1.jsonl.part'), '{"requestId"');
    await proxy.pass();
    const second = create();
    write(second, 250, 260);
    await eventually(() => second.pending === 0);
    await second.close();
    expect([await readIds(redis), await readdir(spoolFolder)]).toEqual([names(0, 260), []]);
  });

  it('keeps a bounded amount on disk and in memory, and counts what it drops, the oldest first', async () => {
    await proxy.refuse();
    const bytes = Buffer.byteLength(JSON.stringify(record(1000))) + 1;
    const sink = create({ maxSpoolBytes: 450 * bytes, maxBuffered: 600 });
    write(sink, 1000, 2000);
    expect(sink.pending + sink.dropped).toBe(1000);
    await eventually(() => sink.pending <= 450 && sink.pending + sink.dropped === 1000);
    await proxy.pass();
    await eventually(() => sink.pending === 0);
    expect(await readIds(redis)).toEqual(names(1600, 2000));
    expect(sink.dropped).toBe(600);
    await sink.close();
  });

  it('waits in memory where the disk refuses too', async () => {
    const errors: Error[] = [];
    await writeFile(join(spoolFolder, 'a-file'), '');
    await proxy.refuse();
    const sink = create({ spoolFolder: join(spoolFolder, 'a-file', 'below'), onError: (error) => errors.push(error) });
    write(sink, 0, 300);
    await eventually(() => errors.length === 2);
    await proxy.pass();
    await eventually(() => sink.pending === 0);
    expect([await readIds(redis), sink.dropped]).toEqual([names(0, 300), 0]);
    await sink.close();
  });

  it('outlives a Redis that is killed and comes back empty', async () => {
    const server = await startRedisServer();
    const sink = create({ url: server.url, keyPrefix: 'switchyard:' });
    write(sink, 0, 5);
    await eventually(() => sink.pending === 0);
    await server.stop();
    write(sink, 5, 10);
    await eventually(() => readdirSync(spoolFolder).length > 0);
    const again = await startRedisServer({ port: Number(new URL(server.url).port) });
    await eventually(() => sink.pending === 0);
    expect(await readIds({ url: again.url })).toEqual(names(5, 10));
    await sink.close();
    await again.stop();
  });

  it('bounds the stream, and leaves it for a month', async () => {
    const sink = create({ maxLength: 500 });
    write(sink, 0, 2000);
    await sink.close();
    const kept = await readIds(redis);
    expect(kept.length).toBeLessThan(800);
    expect(kept.at(-1)).toBe('req_1999');
    const direct = connectRedis({ url: redis.url, commands: {} });
    expect(await direct.pttl(`${redis.keyPrefix}{usage}`)).toBeGreaterThan(2_591_000_000);
    direct.disconnect();
  });
});

describe('a usage sink on a Redis cluster', () => {
  it('writes to one stream', async () => {
    const cluster = await startRedisCluster();
    const sink = createRedisUsageSink({ url: cluster.url, spoolFolder, flushMs: 5, retryMs: 50 });
    write(sink, 0, 300);
    await eventually(() => sink.pending === 0);
    await sink.close();
    expect(await readIds({ url: cluster.url })).toEqual(names(0, 300));
    await cluster.stop();
  }, 30_000);
});
