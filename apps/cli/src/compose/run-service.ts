import { readEnvironment, type Environment } from '@switchyard/config';
import type { Readiness } from '@switchyard/nest-kit';
import { createLogger, createMetrics, type Logger, type Metrics } from '@switchyard/telemetry';

import { answerPrimary, tellServing, untilToldToStop } from '../processes/answer-primary.js';
import type { ProcessPlace } from '../processes/process-place.js';
import { collectOnceIdle, collectWheneverIdle } from './collect-once-idle.js';
import { relaxCollector } from './relax-collector.js';
import { Closers, untilSignal } from './shutdown.js';

/** What a service starts with. */
export interface ServiceStart {
  readonly environment: Environment;
  readonly logger: Logger;
  readonly closers: Closers;
  readonly metrics: Metrics;
}

export interface StartedService {
  /** For the log. */
  readonly facts: Readonly<Record<string, unknown>>;
  readiness?(): Readiness;
}

const ALONE: ProcessPlace = { place: 1, count: 1 };

/** Runs one service until it is told to stop: what it opened is closed in reverse, also when its start fails. */
export async function runService(
  service: 'gateway' | 'worker' | 'admin',
  start: (parts: ServiceStart) => Promise<StartedService>,
  { place, count }: ProcessPlace = ALONE,
): Promise<void> {
  const environment = readEnvironment();
  const isOneOfMany = count > 1;
  const logger = createLogger({
    service,
    level: environment.logLevel,
    process: isOneOfMany ? place : undefined,
  });
  const closers = new Closers(logger);
  const metrics = createMetrics();
  let started: StartedService | undefined;
  if (isOneOfMany) answerPrimary({ metrics, readiness: () => started?.readiness?.() });
  // Before anything is opened, so that no signal is missed.
  const stopped = isOneOfMany ? untilToldToStop() : untilSignal();
  try {
    started = await start({ environment, logger, closers, metrics });
    if (service === 'admin') {
      collectWheneverIdle();
    } else {
      collectOnceIdle();
      relaxCollector();
    }
    logger.info(started.facts, `${service} listening`);
    if (isOneOfMany) tellServing();
    const signal = await stopped;
    logger.info({ signal }, `${service} stopping`);
  } finally {
    await closers.close();
  }
}
