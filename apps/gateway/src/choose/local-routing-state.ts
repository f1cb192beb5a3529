import { LoadBook, PriceBook, Turns, type RoutingState } from '@switchyard/routing';

/** The state of a gateway that shares nothing: turns and load of its own, and nothing held against anybody. */
export function localRoutingState(): RoutingState {
  return {
    health: () => undefined,
    headroom: () => undefined,
    takeProbe: () => true,
    loads: new LoadBook(),
    turns: new Turns(),
    prices: new PriceBook(),
    replicas: 1,
  };
}
