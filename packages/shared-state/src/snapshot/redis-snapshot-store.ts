import type { Snapshot } from '@switchyard/routing';

import { connectRedis, type RedisConnection } from '../redis/connect-redis.js';
import { parseSnapshotPart, type SnapshotPart, type SnapshotParts } from './snapshot-parts.js';
import type { SnapshotStore, Subscription } from './snapshot-store.js';

export interface RedisSnapshotStoreOptions {
  /** One server or a cluster, as `parseRedisUrl` reads it. */
  readonly url: string;
  /** Lets several installations share a Redis. Default `switchyard:`. */
  readonly keyPrefix?: string | undefined;
  /** After this long a command fails rather than wait for Redis, in milliseconds. Default 2000. */
  readonly commandTimeoutMs?: number | undefined;
  /** Hears once of each outage; the connection comes back by itself. */
  onError?(error: Error): void;
}

// In one step, so that nobody reads halves of two versions, and two admins that publish at once end with the newer.
const PUBLISH = `
  local stored = tonumber(redis.call('GET', KEYS[1]))
  if stored and stored > tonumber(ARGV[1]) then return 0 end
  redis.call('MSET', KEYS[1], ARGV[1], KEYS[2], ARGV[2], KEYS[3], ARGV[3])
  redis.call('PUBLISH', ARGV[4], ARGV[1])
  return 1`;

/** Keeps snapshots in Redis. Connects in the background: methods fail while Redis is away, and work when it is back. */
export function createRedisSnapshotStore(options: RedisSnapshotStoreOptions): SnapshotStore {
  return new RedisSnapshotStore(options);
}

class RedisSnapshotStore implements SnapshotStore {
  readonly #redis: RedisConnection;
  readonly #keys: { readonly version: string; readonly channel: string } & Readonly<Record<SnapshotPart, string>>;
  readonly #subscriptions = new Set<Subscription>();
  readonly #options: RedisSnapshotStoreOptions;

  constructor(options: RedisSnapshotStoreOptions) {
    this.#options = options;
    // The braces are a hash tag: a Redis cluster keeps all of these on one node, as the script needs.
    const tag = `{${options.keyPrefix ?? 'switchyard:'}snapshot}`;
    this.#keys = {
      version: `${tag}:version`,
      routing: `${tag}:routing`,
      credentials: `${tag}:credentials`,
      channel: `${tag}:announcements`,
    };
    this.#redis = connect(options, { maxRetriesPerRequest: 1 });
  }

  async publish({ routing, credentials }: Snapshot): Promise<'published' | 'outdated'> {
    const { version, channel } = this.#keys;
    const accepted = await this.#redis.eval(
      PUBLISH,
      3,
      version,
      this.#keys.routing,
      this.#keys.credentials,
      routing.version,
      JSON.stringify(routing),
      JSON.stringify(credentials),
      channel,
    );
    return accepted === 1 ? 'published' : 'outdated';
  }

  async load<Part extends SnapshotPart>(part: Part): Promise<SnapshotParts[Part] | undefined> {
    const text = await this.#redis.get(this.#keys[part]);
    return text === null ? undefined : parseSnapshotPart(part, JSON.parse(text));
  }

  async version(): Promise<number | undefined> {
    const text = await this.#redis.get(this.#keys.version);
    return text === null ? undefined : Number(text);
  }

  subscribe(listener: (version: number) => void): Subscription {
    // Waits for as long as it takes: a subscription outlives every outage.
    const connection = connect(this.#options, { maxRetriesPerRequest: null });
    let isClosed = false;
    const tell = (version: number | undefined): void => {
      if (!isClosed && version !== undefined) listener(version);
    };
    connection.on('message', (_channel: string, version: string) => tell(Number(version)));
    // By hand, so that the version is read after the subscription stands, also when it is established anew.
    connection.on('ready', () => {
      connection
        .subscribe(this.#keys.channel)
        .then(() => this.version())
        .then(tell)
        .catch((error: unknown) => this.#report(error));
    });
    const subscription: Subscription = {
      close: async () => {
        // ioredis keeps a timer of 2 s for every call of disconnect on a connection that is closed already.
        if (isClosed) return;
        isClosed = true;
        this.#subscriptions.delete(subscription);
        connection.disconnect();
      },
    };
    this.#subscriptions.add(subscription);
    return subscription;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#subscriptions].map((subscription) => subscription.close()));
    this.#redis.disconnect();
  }

  #report(error: unknown): void {
    this.#options.onError?.(error instanceof Error ? error : new Error(String(error)));
  }
}

function connect(
  { url, commandTimeoutMs = 2000, onError }: RedisSnapshotStoreOptions,
  { maxRetriesPerRequest }: { maxRetriesPerRequest: number | null },
): RedisConnection {
  const commandTimeout = maxRetriesPerRequest === null ? undefined : commandTimeoutMs;
  return connectRedis({ url, commands: { maxRetriesPerRequest, commandTimeout }, onError });
}
