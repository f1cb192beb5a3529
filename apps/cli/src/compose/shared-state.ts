import { closeSharedState, createMemorySharedState, type SharedState } from '@switchyard/gateway';
import { createRedisHealthStore, createRedisLimiter, createRedisUsageSink } from '@switchyard/shared-state';
import type { Logger } from '@switchyard/telemetry';

import type { Closers } from './shutdown.js';

export interface SharedStateOptions {
  /** Undefined: shared with nobody. */
  readonly redisUrl?: string | undefined;
  readonly redisWaitMs: number;
  /** Where usage records wait while Redis is away. */
  readonly spoolFolder: string;
  readonly logger: Logger;
  readonly closers: Closers;
}

/** What gateways share: limits, health and usage, in Redis or, for one that is alone, in memory. */
export function openSharedState(options: SharedStateOptions): SharedState {
  const { redisUrl, closers } = options;
  const shared = redisUrl === undefined ? createMemorySharedState() : inRedis(redisUrl, options);
  closers.add('shared state', () => closeSharedState(shared));
  return shared;
}

function inRedis(url: string, { redisWaitMs, spoolFolder, logger }: SharedStateOptions): SharedState {
  const hear = (what: string) => (error: Error) => logger.warn({ err: error }, `redis: ${what}`);
  return {
    limiter: createRedisLimiter({
      url,
      commandTimeoutMs: redisWaitMs,
      onError: hear('limits are enforced by this replica alone'),
    }),
    health: createRedisHealthStore({ url, onError: hear('health is kept by this replica alone') }),
    usage: createRedisUsageSink({
      url,
      spoolFolder,
      onError: hear('usage records wait on disk'),
    }),
  };
}
