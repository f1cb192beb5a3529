import { randomUUID } from 'node:crypto';

import { connectRedis, type RedisConnection } from '../redis/connect-redis.js';
import { withDeadline } from '../redis/with-deadline.js';

export interface HealthLinkOptions<Shared> {
  readonly url: string;
  readonly channel: string;
  /** After this long a command counts as lost, in milliseconds. */
  readonly commandTimeoutMs: number;
  onMessage(message: string): void;
  /** Sends something to a channel that only this link listens to. */
  beat(channel: string): Promise<void>;
  onBeat(message: string): void;
  /** Reads what is shared, once both connections stand and the channel is heard. */
  read(): Promise<Shared>;
  /** The link is up, and this was read. */
  onUp(shared: Shared): void;
  /** Redis does not answer, or is gone. Told before any attempt to return. */
  onDown(): void;
  /** Hears once of each outage. */
  onError?(error: Error): void;
}

const BEAT_MS = 1000;
const RESTART_AFTER_AT_MOST_MS = 500;

/** A connection for commands and one that listens, which are up and down together, and return by themselves. */
export class HealthLink<Shared> {
  readonly commands: RedisConnection;
  readonly #listening: RedisConnection;
  readonly #options: HealthLinkOptions<Shared>;
  readonly #beat: NodeJS.Timeout;
  #state: 'down' | 'starting' | 'up' = 'down';
  #isReported = false;
  #starts = 0;
  #startTimer: NodeJS.Timeout | undefined;
  #silentBeats = 0;
  /** Since the last sign of health; they slow the return down. */
  #failures = 0;
  #isBeatHeard = true;
  readonly #beatChannel: string;

  constructor(options: HealthLinkOptions<Shared>) {
    this.#options = options;
    this.#beatChannel = `${options.channel}:beat:${randomUUID()}`;
    this.commands = this.#connect();
    this.#listening = this.#connect();
    this.#listening.on('message', (channel: string, message: string) => {
      if (channel === options.channel) {
        options.onMessage(message);
        return;
      }
      this.#isBeatHeard = true;
      this.#failures = 0;
      options.onBeat(message);
    });
    this.#beat = setInterval(() => void this.#check(), BEAT_MS).unref();
  }

  /** Whether Redis has failed, and not answered since. */
  get hasFailed(): boolean {
    return this.#isReported;
  }

  /** Drops both connections and makes new ones, for when an answer did not come. */
  restart(error: unknown): void {
    this.#report(error);
    this.#failures += 1;
    this.#goDown();
    for (const redis of [this.commands, this.#listening]) {
      // ioredis keeps a timer for every call of disconnect on a connection that is closed already.
      if (isOpen(redis)) redis.disconnect(true);
    }
  }

  close(): void {
    clearInterval(this.#beat);
    clearTimeout(this.#startTimer);
    this.#state = 'down';
    for (const redis of [this.commands, this.#listening]) {
      redis.disconnect();
    }
  }

  #connect(): RedisConnection {
    const redis = connectRedis({
      url: this.#options.url,
      commands: {
        // What cannot be sent at once fails at once: the store knows what to do without Redis.
        enableOfflineQueue: false,
        maxRetriesPerRequest: 0,
        autoResendUnfulfilledCommands: false,
        commandTimeout: this.#options.commandTimeoutMs,
      },
      onError: (error) => this.#report(error),
    });
    redis.on('ready', () => this.#startSoon());
    redis.on('close', () => this.#goDown());
    return redis;
  }

  /** At once the first time; the more slowly the more often it went wrong, so that a Redis that is ill is not pestered. */
  #startSoon(): void {
    clearTimeout(this.#startTimer);
    const waitMs = this.#failures === 0 ? 0 : Math.min(25 * 2 ** this.#failures, RESTART_AFTER_AT_MOST_MS);
    this.#startTimer = setTimeout(() => void this.#start(), waitMs);
  }

  async #start(): Promise<void> {
    if (this.#state !== 'down' || this.commands.status !== 'ready' || this.#listening.status !== 'ready') return;
    this.#state = 'starting';
    this.#starts += 1;
    const start = this.#starts;
    try {
      const channels = [this.#options.channel, this.#beatChannel];
      await withDeadline(this.#listening.subscribe(...channels), this.#options.commandTimeoutMs);
      const shared = await this.#options.read();
      // A connection that was given up, or closed, still delivers the answer to what was asked before.
      if (!this.#isStarting(start)) return;
      this.#options.onUp(shared);
      if (!this.#isStarting(start)) return;
      this.#isReported = false;
      this.#isBeatHeard = true;
      this.#state = 'up';
    } catch (error) {
      if (this.#isStarting(start)) this.restart(error);
    }
  }

  /** Whether a start is still the present one: the connection may be lost and found again while it waits. */
  #isStarting(start: number): boolean {
    return this.#state === 'starting' && this.#starts === start;
  }

  /**
   * A connection may be dead without a sign of it, and one that only listens sends nothing that would find out. So every
   * beat goes out on one and has to come in on the other before the next.
   */
  async #check(): Promise<void> {
    if (this.#state !== 'up') {
      this.#silentBeats += 1;
      if (this.#silentBeats % 4 === 0) this.restart(new Error('redis accepts connections but does not answer'));
      return;
    }
    this.#silentBeats = 0;
    if (!this.#isBeatHeard) {
      this.restart(new Error('redis does not deliver messages'));
      return;
    }
    this.#isBeatHeard = false;
    try {
      await this.#options.beat(this.#beatChannel);
    } catch (error) {
      if (this.#state === 'up') this.restart(error);
    }
  }

  #goDown(): void {
    const was = this.#state;
    this.#state = 'down';
    if (was !== 'down') this.#options.onDown();
  }

  #report(error: unknown): void {
    if (this.#isReported) return;
    this.#isReported = true;
    this.#options.onError?.(error instanceof Error ? error : new Error(String(error)));
  }
}

function isOpen(redis: RedisConnection): boolean {
  return redis.status === 'ready' || redis.status === 'connect' || redis.status === 'connecting';
}
