import { Redis } from 'ioredis';
import pg from 'pg';

import { startRedisServer, testPostgresUrl, testRedis } from './test-backends.js';

async function query(url: string, statement: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query(statement);
    return rows;
  } finally {
    await client.end();
  }
}

describe('testPostgresUrl', () => {
  it('gives every caller an empty database of its own', async () => {
    const [first, second] = await Promise.all([testPostgresUrl(), testPostgresUrl()]);
    await query(first, 'CREATE TABLE only_here (id int)');

    const tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'";
    expect(await query(first, tables)).toEqual([{ tablename: 'only_here' }]);
    expect(await query(second, tables)).toEqual([]);
  });
});

describe('testRedis', () => {
  it('gives every caller a prefix of its own on a server that answers', async () => {
    const [first, second] = await Promise.all([testRedis(), testRedis()]);
    expect(first.keyPrefix).not.toBe(second.keyPrefix);

    const redis = new Redis(first.url, { keyPrefix: first.keyPrefix });
    await redis.set('key', 'value');
    expect(await redis.get('key')).toBe('value');
    await redis.quit();
  });
});

describe('startRedisServer', () => {
  it('can be paused, resumed, stopped and brought back on the same port', async () => {
    const server = await startRedisServer();
    const redis = new Redis(server.url, { maxRetriesPerRequest: null });
    redis.on('error', () => undefined);
    await redis.set('key', 'value');

    server.pause();
    const reading = redis.get('key');
    const first = await Promise.race([reading, new Promise((resolve) => setTimeout(resolve, 100, 'silence'))]);
    expect(first).toBe('silence');
    server.resume();
    expect(await reading).toBe('value');

    await server.stop();
    const again = await startRedisServer({ port: Number(new URL(server.url).port) });
    expect(again.url).toBe(server.url);
    expect(await redis.get('key')).toBeNull();
    redis.disconnect();
    await again.stop();
  });
});
