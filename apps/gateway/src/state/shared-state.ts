import {
  createMemoryHealthStore,
  createMemoryLimiter,
  createMemoryUsageSink,
  type HealthStore,
  type Limiter,
  type UsageSink,
} from '@switchyard/shared-state';

/** What a gateway shares with its replicas: through Redis, or with nobody where it is alone. */
export interface SharedState {
  readonly limiter: Limiter;
  readonly health: HealthStore;
  readonly usage: UsageSink;
}

/** For a gateway that is alone. */
export function createMemorySharedState(): SharedState {
  return {
    limiter: createMemoryLimiter(),
    health: createMemoryHealthStore(),
    usage: createMemoryUsageSink(),
  };
}

/** Gives back what the state holds: connections, timers, what waits to be written. */
export async function closeSharedState({ usage, health, limiter }: SharedState): Promise<void> {
  await usage.close();
  await health.close();
  await limiter.close();
}

/** Whether this gateway goes on without Redis. */
export function isAlone({ limiter, health }: SharedState): boolean {
  return limiter.isAlone || health.isAlone;
}
