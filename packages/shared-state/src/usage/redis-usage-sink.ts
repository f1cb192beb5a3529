import { randomBytes } from 'node:crypto';

import { connectRedis, type RedisConnection } from '../redis/connect-redis.js';
import { RedisScript } from '../redis/redis-script.js';
import { withDeadline } from '../redis/with-deadline.js';
import type { UsageRecord, UsageSink } from './usage-sink.js';
import { UsageSpool, type UsageBatch } from './usage-spool.js';

export interface RedisUsageSinkOptions {
  /** One server or a cluster, as `parseRedisUrl` reads it. */
  readonly url: string;
  /** Lets several installations share a Redis. Default `switchyard:`. */
  readonly keyPrefix?: string | undefined;
  /** Where records wait while Redis is away. It belongs to this process alone. */
  readonly spoolFolder: string;
  /** How much may wait on disk, in bytes; the oldest records give way. Default 256 MiB. */
  readonly maxSpoolBytes?: number | undefined;
  /** How many records may wait in memory until they are written. Default 10,000. */
  readonly maxBuffered?: number | undefined;
  /** About how many records the stream keeps. Default 1,000,000. */
  readonly maxLength?: number | undefined;
  /** How long records are collected before they are written together, in milliseconds. Default 100. */
  readonly flushMs?: number | undefined;
  /** How often a Redis that is away is tried again, in milliseconds. Default 1000. */
  readonly retryMs?: number | undefined;
  /** Hears once of each outage of Redis or of the disk. */
  onError?(error: Error): void;
}

// A batch is a script call, so that it is written whole or not at all. Those of one source come in their order, and one that
// is not newer than the last was written before. The stream is trimmed once for all of them.
const APPEND = new RedisScript(`
  local last = tonumber(redis.call('GET', KEYS[2]) or -1)
  local sequence = tonumber(ARGV[1])
  if sequence <= last then return 0 end
  for i = 4, #ARGV do
    redis.call('XADD', KEYS[1], '*', 'record', ARGV[i])
  end
  redis.call('XTRIM', KEYS[1], 'MAXLEN', '~', ARGV[2])
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
  redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[3])
  return #ARGV - 3`);

const BATCH_SIZE = 200;
// Written before a batch is full: the more records travel together, the longer they hold up this process, and Redis.
const FLUSHED_FROM = 64;
const COMMAND_TIMEOUT_MS = 2000;
const KEPT_MS = 30 * 24 * 3_600_000;

/** Writes usage records to a stream in Redis, from where they are rolled up; on disk while Redis is away, and from there later. */
export function createRedisUsageSink(options: RedisUsageSinkOptions): UsageSink {
  return new RedisUsageSink(options);
}

class RedisUsageSink implements UsageSink {
  // Begins with the time, so that what earlier processes left comes first.
  readonly #source = `${Date.now().toString(36).padStart(9, '0')}-${randomBytes(6).toString('hex')}`;
  readonly #options: RedisUsageSinkOptions;
  readonly #redis: RedisConnection;
  readonly #spool: UsageSpool;
  readonly #opened: Promise<void>;
  // Texts, not records: putting a batch of records into words at once would hold this process up.
  #buffer: string[] = [];
  #sequence = 0;
  #inFlight = 0;
  #dropped = 0;
  #isAway = false;
  #isDiskBroken = false;
  #isClosed = false;
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> | undefined;

  constructor(options: RedisUsageSinkOptions) {
    this.#options = options;
    this.#spool = new UsageSpool({ folder: options.spoolFolder, maxBytes: options.maxSpoolBytes ?? 256 * 2 ** 20 });
    this.#redis = connectRedis({
      url: options.url,
      commands: { maxRetriesPerRequest: 0, autoResendUnfulfilledCommands: false, socketTimeout: COMMAND_TIMEOUT_MS },
    });
    this.#opened = this.#spool.open().then(
      () => this.#schedule(),
      (error: unknown) => this.#reportDisk(error),
    );
  }

  get pending(): number {
    return this.#buffer.length + this.#inFlight + this.#spool.records;
  }

  get dropped(): number {
    return this.#dropped + this.#spool.dropped;
  }

  write(record: UsageRecord): void {
    if (this.#isClosed) {
      this.#dropped += 1;
      return;
    }
    this.#buffer.push(JSON.stringify(record));
    const excess = this.#buffer.length - (this.#options.maxBuffered ?? 10_000);
    if (excess > 0) this.#dropped += this.#buffer.splice(0, excess).length;
    if (this.#buffer.length >= FLUSHED_FROM && !this.#isAway) void this.#flush();
    else this.#schedule();
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#opened;
    await this.#flushing;
    await this.#flush();
    this.#redis.disconnect();
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#isClosed) return;
    const delayMs = this.#isAway ? (this.#options.retryMs ?? 1000) : (this.#options.flushMs ?? 100);
    this.#timer = setTimeout(() => void this.#flush(), delayMs);
    this.#timer.unref();
  }

  #flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#flushing ??= this.#opened
      .then(() => this.#deliverAll())
      .finally(() => {
        this.#flushing = undefined;
        if (this.pending > 0) this.#schedule();
      });
    return this.#flushing;
  }

  async #deliverAll(): Promise<void> {
    for (let batch = await this.#spool.oldest(); batch !== undefined; batch = await this.#spool.oldest()) {
      if (!(await this.#deliver(batch))) return this.#spill();
      await this.#spool.removeOldest();
      // What comes while a large spool is written waits behind it, and must not fill the memory.
      if (this.#buffer.length > BATCH_SIZE) await this.#spill();
    }
    // What came meanwhile is few, and waits for more as what is here did.
    for (let least = 1; this.#buffer.length >= least; least = this.#isClosed ? 1 : FLUSHED_FROM) {
      const batch = this.#takeBatch();
      if (!(await this.#deliver(batch))) {
        await this.#keep(batch);
        return this.#spill();
      }
      this.#inFlight = 0;
    }
  }

  async #deliver({ source, sequence, lines }: UsageBatch): Promise<boolean> {
    const stream = `${this.#options.keyPrefix ?? 'switchyard:'}{usage}`;
    const args = [sequence, this.#options.maxLength ?? 1_000_000, KEPT_MS, ...lines];
    try {
      await withDeadline(APPEND.run(this.#redis, [stream, `${stream}:source:${source}`], args), COMMAND_TIMEOUT_MS);
      this.#isAway = false;
      return true;
    } catch (error) {
      if (!this.#isAway) this.#options.onError?.(error instanceof Error ? error : new Error(String(error)));
      this.#isAway = true;
      return false;
    }
  }

  async #spill(): Promise<void> {
    while (this.#buffer.length > 0) await this.#keep(this.#takeBatch());
  }

  async #keep(batch: UsageBatch): Promise<void> {
    try {
      await this.#spool.add(batch);
      this.#isDiskBroken = false;
    } catch (error) {
      this.#reportDisk(error);
    }
    this.#inFlight = 0;
  }

  #takeBatch(): UsageBatch {
    const lines = this.#buffer.splice(0, BATCH_SIZE);
    this.#sequence += 1;
    this.#inFlight = lines.length;
    return { source: this.#source, sequence: this.#sequence, lines };
  }

  #reportDisk(error: unknown): void {
    if (!this.#isDiskBroken) this.#options.onError?.(error instanceof Error ? error : new Error(String(error)));
    this.#isDiskBroken = true;
  }
}
