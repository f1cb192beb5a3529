import type { Readiness } from '@switchyard/nest-kit';
import type { MetricsReport } from '@switchyard/telemetry';

/** What the first process tells one of its own. */
export type Order = { readonly type: 'report'; readonly id: number } | { readonly type: 'stop' };

/** How a process stands. */
export interface ProcessReport {
  readonly readiness: Readiness;
  readonly metrics: MetricsReport;
}

/** What a process tells the first one. */
export type Word =
  | { readonly type: 'serving' }
  | { readonly type: 'report'; readonly id: number; readonly report: ProcessReport };
