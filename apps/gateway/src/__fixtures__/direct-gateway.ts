import type { RoutingSnapshot } from '@switchyard/routing';
import { createLogger, createMetrics, createTracing } from '@switchyard/telemetry';
import { createDirectTransport, type AttemptHandler } from '@switchyard/wire';

import { startGateway, type Gateway } from '../start-gateway.js';
import type { SharedState } from '../state/shared-state.js';

export interface DirectGatewayOptions {
  /** Its keys have the hash `hashed KEY`. */
  readonly snapshot: RoutingSnapshot;
  /** The worker, within this process. */
  readonly handler: AttemptHandler;
  readonly shared: SharedState;
  /** Without it nobody is an operator. */
  readonly operatorToken?: string;
}

/** Starts a gateway whose attempts a function performs. */
export function startDirectGateway({ snapshot, handler, ...options }: DirectGatewayOptions): Promise<Gateway> {
  return startGateway({
    host: '127.0.0.1',
    port: 0,
    routing: { current: () => snapshot, onChange: () => {} },
    transport: createDirectTransport(handler),
    hashKey: (key) => `hashed ${key}`,
    ...options,
    tracing: createTracing({ serviceName: 'test', variables: {} }),
    logger: createLogger({ service: 'gateway', level: 'silent' }),
    metrics: createMetrics(),
    drainMs: 300,
  });
}
