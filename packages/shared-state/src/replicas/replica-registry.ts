import type { RedisConnection } from '../redis/connect-redis.js';
import { RedisScript } from '../redis/redis-script.js';

// Scores are the moments at which a replica that is not heard of again counts as gone, by Redis's own clock.
const BEAT = new RedisScript(`
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  return redis.call('ZCARD', KEYS[1])`);

/** Who shares a Redis. */
export class ReplicaRegistry {
  readonly #key: string;
  readonly #id: string;
  readonly #lastsMs: number;

  constructor({ key, id, lastsMs }: { readonly key: string; readonly id: string; readonly lastsMs: number }) {
    this.#key = key;
    this.#id = id;
    this.#lastsMs = lastsMs;
  }

  /** Says that this replica is there; answers how many are, this one included. */
  async beat(redis: RedisConnection): Promise<number> {
    return Number(await BEAT.run(redis, [this.#key], [this.#id, this.#lastsMs]));
  }

  async leave(redis: RedisConnection): Promise<void> {
    await redis.zrem(this.#key, this.#id);
  }
}
