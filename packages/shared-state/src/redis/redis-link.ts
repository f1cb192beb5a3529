import { connectRedis, type RedisConnection } from './connect-redis.js';
import { TurnWrites } from './turn-writes.js';
import { withDeadline } from './with-deadline.js';

export interface RedisLinkOptions {
  readonly url: string;
  /** How long a command may take, in milliseconds. */
  readonly commandTimeoutMs: number;
  /** How often a Redis that is away is asked whether it is back, in milliseconds. */
  readonly probeMs: number;
  /**
   * Runs when Redis answers for the first time, and again whenever it may be back. Only when it succeeds do commands flow.
   */
  greet(): Promise<void>;
  /** Runs as soon as commands flow again. */
  onReturn?(): void;
  /** Hears once of each outage. */
  onError?(error: Error): void;
}

const FIRST_PROBE_SOONER = 8;

/**
 * A connection that is given up at the first failure, so that only the commands under way at that moment pay for it, and
 * taken up again in the background.
 */
export class RedisLink {
  readonly #redis: RedisConnection;
  readonly #writes: TurnWrites;
  readonly #options: RedisLinkOptions;
  readonly #started = Promise.withResolvers<void>();
  #state: 'starting' | 'up' | 'away' | 'closed' = 'starting';
  #isGreeting = false;
  #probeTimer: NodeJS.Timeout | undefined;

  constructor(options: RedisLinkOptions) {
    this.#options = options;
    this.#redis = connectRedis({
      url: options.url,
      // Nothing may be sent again by itself: what a lost command did is settled by whoever sent it. The socket timeout
      // ends connections that a network drops without a word.
      commands: {
        enableOfflineQueue: false,
        maxRetriesPerRequest: 0,
        autoResendUnfulfilledCommands: false,
        socketTimeout: 2000,
      },
    });
    this.#writes = new TurnWrites(this.#redis);
    this.#started.promise.catch(() => undefined);
    this.#redis.on('error', (error: Error) => this.#leave(error));
    this.#redis.on('close', () => this.#leave(new Error('Redis closed the connection')));
    this.#redis.on('ready', () => {
      if (this.#state === 'starting') void this.#enter();
    });
  }

  /** Whether a command is worth sending. True at the start, while the first connection is being made. */
  get isUp(): boolean {
    return this.#state === 'up' || this.#state === 'starting';
  }

  /** Whether Redis has answered, and has not failed since. */
  get isConnected(): boolean {
    return this.#state === 'up';
  }

  /** @throws Error when Redis fails or is late; the link is then away. */
  async run<T>(
    command: (redis: RedisConnection) => Promise<T>,
    timeoutMs = this.#options.commandTimeoutMs,
  ): Promise<T> {
    this.#writes.gather();
    try {
      const answer =
        this.#state === 'starting' ? this.#started.promise.then(() => command(this.#redis)) : command(this.#redis);
      return await withDeadline(answer, timeoutMs);
    } catch (error) {
      const cause = error instanceof Error ? error : new Error(String(error));
      this.#leave(cause);
      throw cause;
    }
  }

  /** For the greeting: the connection is there, though the link may not be up yet. */
  direct<T>(command: (redis: RedisConnection) => Promise<T>, timeoutMs = this.#options.commandTimeoutMs): Promise<T> {
    return withDeadline(command(this.#redis), timeoutMs);
  }

  close(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    clearTimeout(this.#probeTimer);
    this.#started.reject(new Error('the connection to Redis is closed'));
    this.#redis.disconnect();
  }

  #leave(error: Error): void {
    if (!this.isUp) return;
    this.#state = 'away';
    this.#started.reject(error);
    this.#options.onError?.(error);
    // Most often it was one late answer.
    this.#probeIn(this.#options.probeMs / FIRST_PROBE_SOONER);
  }

  #probeIn(delayMs: number): void {
    this.#probeTimer = setTimeout(() => void this.#enter(), delayMs);
    this.#probeTimer.unref();
  }

  async #enter(): Promise<void> {
    if (this.#isGreeting) return;
    this.#isGreeting = true;
    try {
      if (this.#redis.status !== 'ready') throw new Error('Redis is not connected');
      await this.#options.greet();
    } catch (error) {
      if (this.#state === 'away') this.#probeIn(this.#options.probeMs);
      else this.#leave(error instanceof Error ? error : new Error(String(error)));
      return;
    } finally {
      this.#isGreeting = false;
    }
    if (this.#state === 'closed') return;
    clearTimeout(this.#probeTimer);
    this.#state = 'up';
    this.#started.resolve();
    this.#options.onReturn?.();
  }
}
