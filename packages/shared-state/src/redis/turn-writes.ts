import { Redis } from 'ioredis';

import type { RedisConnection } from './connect-redis.js';

/**
 * Has all commands of one turn of the event loop travel in one write: ioredis writes each by itself, which costs as much as the
 * command. A cluster's commands go to several nodes, and are left alone.
 */
export class TurnWrites {
  readonly #redis: RedisConnection;
  #isGathering = false;

  constructor(redis: RedisConnection) {
    this.#redis = redis;
  }

  /** To be called before a command. */
  gather(): void {
    if (this.#isGathering || !(this.#redis instanceof Redis) || this.#redis.status !== 'ready') return;
    const { stream } = this.#redis;
    this.#isGathering = true;
    stream.cork();
    setImmediate(() => {
      this.#isGathering = false;
      stream.uncork();
    });
  }
}
