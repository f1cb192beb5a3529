import { join } from 'node:path';

import { closeSharedState, createMemorySharedState, type SharedState } from '@switchyard/gateway';
import { createRedisHealthStore, createRedisLimiter, createRedisUsageSink } from '@switchyard/shared-state';
import type { Logger } from '@switchyard/telemetry';

import type { Closers } from './shutdown.js';

export interface SharedStateOptions {
  /** Undefined: shared with nobody. */
  readonly redisUrl?: string | undefined;
  readonly dataDir: string;
  readonly logger: Logger;
  readonly closers: Closers;
}

/** What gateways share: limits, health and usage, in Redis or, for one that is alone, in memory. */
export function openSharedState({ redisUrl, dataDir, logger, closers }: SharedStateOptions): SharedState {
  const shared = redisUrl === undefined ? createMemorySharedState() : inRedis(redisUrl, { dataDir, logger });
  closers.add('shared state', () => closeSharedState(shared));
  return shared;
}

function inRedis(url: string, { dataDir, logger }: Pick<SharedStateOptions, 'dataDir' | 'logger'>): SharedState {
  const hear = (what: string) => (error: Error) => logger.warn({ err: error }, `redis: ${what}`);
  return {
    limiter: createRedisLimiter({ url, onError: hear('limits are enforced by this replica alone') }),
    health: createRedisHealthStore({ url, onError: hear('health is kept by this replica alone') }),
    usage: createRedisUsageSink({
      url,
      spoolFolder: join(dataDir, 'usage'),
      onError: hear('usage records wait on disk'),
    }),
  };
}
