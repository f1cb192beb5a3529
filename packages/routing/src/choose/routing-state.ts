import type { Headroom } from '@switchyard/canonical';

import type { HealthRecord } from '../health/health-record.js';
import type { LoadBook } from '../load/load-book.js';
import type { PriceBook } from '../load/price-book.js';
import type { Turns } from '../load/turns.js';

/** What choosing knows beside the snapshot. All of it is this process's memory: nothing here waits. */
export interface RoutingState {
  /** Undefined: healthy. */
  health(scope: string): HealthRecord | undefined;
  headroom(scope: string): Headroom | undefined;
  /** Whether the caller may send the one probe of a scope whose window has passed; a right that is taken must be used. */
  takeProbe(scope: string): boolean;
  readonly loads: LoadBook;
  readonly turns: Turns;
  readonly prices: PriceBook;
  /** Whether nothing is held against any scope, and no provider has told what is left of a quota. */
  readonly isBlank?: boolean | undefined;
  /** Gateways that send with the same credentials, this one included. */
  readonly replicas: number;
}

/** A request's size, before it is known: what it sends and at most may get. */
export interface Estimate {
  readonly inputTokens: number;
  readonly outputTokens: number;
}
