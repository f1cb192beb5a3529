import { testRedis } from '@switchyard/testkit';
import { Redis } from 'ioredis';

import { TurnWrites } from './turn-writes.js';

describe('what is asked of redis in one turn', () => {
  let redis: Redis;

  beforeEach(async () => {
    const { url } = await testRedis();
    redis = new Redis(url, { retryStrategy: () => null, disconnectTimeout: 100 });
    await redis.ping();
  });

  afterEach(() => redis.disconnect());

  const ask = (): Promise<string>[] => ['a', 'b', 'c', 'd'].map((text) => redis.echo(text));

  it('waits for the end of the turn and is written then, and each is answered', async () => {
    const alone = ask();
    expect(redis.stream.writableLength).toBe(0);
    await Promise.all(alone);
    const writes = new TurnWrites(redis);
    for (let turn = 0; turn < 2; turn += 1) {
      writes.gather();
      const together = ask();
      writes.gather();
      expect(redis.stream.writableLength).toBeGreaterThan('abcd'.length);
      expect(await Promise.all(together)).toEqual(['a', 'b', 'c', 'd']);
      expect(redis.stream.writableCorked).toBe(0);
    }
  });

  it('fails where the connection is lost within the turn, and nothing else does', async () => {
    const writes = new TurnWrites(redis);
    writes.gather();
    const answer = redis.echo('a');
    redis.stream.destroy();
    await expect(answer).rejects.toThrow('Connection is closed');
    writes.gather();
    await expect(redis.echo('b')).rejects.toThrow('Connection is closed');
  });
});
