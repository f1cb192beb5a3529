import type { ReadinessCheck } from '@switchyard/nest-kit';
import type { RoutingIndex } from '@switchyard/routing';
import type { AttemptTransport } from '@switchyard/wire';

import { isAlone, type SharedState } from './state/shared-state.js';

// With a Redis that is there it takes a moment. One that does not answer is not waited for any longer, one that refuses not at all.
const HEALTH_WAIT_MS = 2_000;

export interface ReadinessFacts {
  readonly transport: AttemptTransport;
  readonly shared: SharedState;
  index(): RoutingIndex | undefined;
  isDraining(): boolean;
}

/** What has to be there for a gateway to serve, and what it goes on without. */
export function readinessChecks({ index, transport, shared, isDraining }: ReadinessFacts): readonly ReadinessCheck[] {
  return [
    {
      name: 'snapshot',
      check: () => (index() === undefined ? 'no configuration has arrived yet: is admin running?' : undefined),
    },
    {
      name: 'workers',
      check: () =>
        transport.availableWorkers() === 0
          ? 'no provider-worker is connected: check SWITCHYARD_WORKERS and SWITCHYARD_WIRE_TOKEN'
          : undefined,
    },
    healthIsRead(shared),
    { name: 'draining', check: () => (isDraining() ? 'the gateway is shutting down' : undefined) },
    {
      name: 'redis',
      isNote: true,
      check: () =>
        isAlone(shared)
          ? 'Redis is away: limits, health and usage are kept by this gateway alone until it is back'
          : undefined,
    },
  ];
}

/** A gateway that has not read what others hold against credentials would ask them once more. Without Redis it has to. */
function healthIsRead({ health }: SharedState): ReadinessCheck {
  const startedAtMs = performance.now();
  const isReading = (): boolean => health.isJoining && performance.now() - startedAtMs < HEALTH_WAIT_MS;
  return {
    name: 'health',
    check: () => (isReading() ? 'what other replicas hold against credentials is being read' : undefined),
  };
}
