import { Cluster, Redis, type RedisOptions } from 'ioredis';

import { parseRedisUrl } from './parse-redis-url.js';

/** One server, or a cluster: both take the same commands, as long as the keys of one command share a hash tag. */
export type RedisConnection = Redis | Cluster;

export interface ConnectRedisOptions {
  /** As {@link parseRedisUrl} reads it. */
  readonly url: string;
  /** What commands do while there is no connection, and when one is lost under them. */
  readonly commands: Pick<
    RedisOptions,
    'maxRetriesPerRequest' | 'commandTimeout' | 'enableOfflineQueue' | 'socketTimeout' | 'autoResendUnfulfilledCommands'
  >;
  /** Hears once of each outage; the connection comes back by itself. */
  onError?(error: Error): void;
}

const RECONNECT_AT_MOST_MS = 1000;
// A command that was sent to the wrong node follows the cluster's pointer; after a few it is better to fail than to wait.
const REDIRECTIONS = 4;

/** Connects in the background, and again after every outage, until `disconnect`. */
export function connectRedis({ url, commands, onError }: ConnectRedisOptions): RedisConnection {
  const address = parseRedisUrl(url);
  // A connection that is given up may be dead, and then nobody answers its polite end.
  const shared = { ...commands, connectTimeout: 2000, disconnectTimeout: 200, autoResubscribe: false };
  const redis =
    address.type === 'single'
      ? new Redis(address.url, { ...shared, retryStrategy: reconnectDelayMs })
      : new Cluster([...address.seeds], {
          enableOfflineQueue: commands.enableOfflineQueue,
          maxRedirections: REDIRECTIONS,
          clusterRetryStrategy: reconnectDelayMs,
          slotsRefreshTimeout: 2000,
          redisOptions: {
            ...shared,
            username: address.username,
            password: address.password,
            ...(address.isEncrypted ? { tls: {} } : {}),
          },
        });
  let isReported = false;
  redis.on('ready', () => {
    isReported = false;
  });
  redis.on('error', (error: Error) => {
    if (isReported) return;
    isReported = true;
    onError?.(error);
  });
  return redis;
}

function reconnectDelayMs(attempt: number): number {
  return Math.min(50 * 2 ** Math.min(attempt, 10), RECONNECT_AT_MOST_MS);
}
