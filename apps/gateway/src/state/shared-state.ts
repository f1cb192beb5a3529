import type { HealthStore, Limiter, UsageSink } from '@switchyard/shared-state';

/** What a gateway shares with its replicas: through Redis, or with nobody where it is alone. */
export interface SharedState {
  readonly limiter: Limiter;
  readonly health: HealthStore;
  readonly usage: UsageSink;
}
