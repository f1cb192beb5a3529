import {
  FirstContentTimes,
  LoadBook,
  PriceBook,
  Turns,
  type RoutingIndex,
  type RoutingState,
} from '@switchyard/routing';
import { createFairQueue, type FairQueue } from '@switchyard/shared-state';

import { HedgeBudget } from '../dispatch/hedge-budget.js';
import type { SharedState } from './shared-state.js';

/** What outlives requests: what replicas share, and what this one keeps for itself. */
export class GatewayState {
  readonly loads = new LoadBook();
  readonly turns = new Turns();
  /** Times to first content by alias. */
  readonly firstContentTimes = new FirstContentTimes();
  readonly hedges = new HedgeBudget();
  /** Where requests wait for room under their limits. */
  readonly queue: FairQueue;
  readonly #routing = new WeakMap<RoutingIndex, RoutingState>();

  constructor(readonly shared: SharedState) {
    this.queue = createFairQueue(shared.limiter);
  }

  /** What choosing reads; made once for each snapshot. */
  routing(index: RoutingIndex): RoutingState {
    const known = this.#routing.get(index);
    if (known !== undefined) return known;
    const { health, limiter } = this.shared;
    const state: RoutingState = {
      health: (scope) => health.health(scope),
      headroom: (scope) => health.headroom(scope),
      takeProbe: (scope) => health.takeProbe(scope),
      loads: this.loads,
      turns: this.turns,
      prices: new PriceBook(index.settings.prices),
      get isBlank() {
        return health.isBlank;
      },
      get replicas() {
        return limiter.replicas;
      },
    };
    this.#routing.set(index, state);
    return state;
  }
}
