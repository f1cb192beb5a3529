import { readEnvironment, type Environment } from '@switchyard/config';
import { createLogger, createMetrics, type Logger, type Metrics } from '@switchyard/telemetry';

import { collectStartupGarbage } from './collect-startup-garbage.js';
import { Closers, untilSignal } from './shutdown.js';

/** What a service starts with. */
export interface ServiceStart {
  readonly environment: Environment;
  readonly logger: Logger;
  readonly closers: Closers;
  readonly metrics: Metrics;
}

/** Runs one service until it is told to stop: what it opened is closed in reverse, also when its start fails. */
export async function runService(
  service: 'gateway' | 'worker' | 'admin',
  start: (parts: ServiceStart) => Promise<Readonly<Record<string, unknown>>>,
): Promise<void> {
  const environment = readEnvironment();
  const logger = createLogger({ service, level: environment.logLevel });
  const closers = new Closers(logger);
  // Before anything is opened, so that no signal is missed.
  const stopped = untilSignal();
  try {
    const facts = await start({ environment, logger, closers, metrics: createMetrics() });
    collectStartupGarbage();
    logger.info(facts, `${service} listening`);
    const signal = await stopped;
    logger.info({ signal }, `${service} stopping`);
  } finally {
    await closers.close();
  }
}
