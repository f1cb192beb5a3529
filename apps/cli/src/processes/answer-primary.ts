import { readinessOf, type Readiness } from '@switchyard/nest-kit';
import { reportMetrics, type Metrics } from '@switchyard/telemetry';

import type { Order, Word } from './process-messages.js';

const STARTING: Readiness = readinessOf([{ name: 'process', check: () => 'it is starting' }]);

export interface AnswerOptions {
  readonly metrics: Metrics;
  /** Undefined while the service starts. */
  readiness(): Readiness | undefined;
}

/** Lets the first process ask this one how it stands. */
export function answerPrimary({ metrics, readiness }: AnswerOptions): void {
  process.on('message', (order: Order) => {
    if (order.type !== 'report') return;
    tell({
      type: 'report',
      id: order.id,
      report: { readiness: readiness() ?? STARTING, metrics: reportMetrics(metrics) },
    });
  });
}

/** Tells the first process that this one serves. */
export function tellServing(): void {
  tell({ type: 'serving' });
}

/** Resolves when the first process asks this one to stop, or somebody ends this one alone. */
export function untilToldToStop(): Promise<string> {
  return new Promise((resolve) => {
    process.on('message', (order: Order) => {
      if (order.type === 'stop') resolve('stop');
    });
    process.on('SIGTERM', resolve);
    // A terminal sends it to all processes; the first one passes it on, and alone knows whether it is the second time.
    process.on('SIGINT', () => undefined);
  });
}

function tell(word: Word): void {
  // The first process may be gone; then this one goes too.
  process.send?.(word, undefined, undefined, () => undefined);
}
