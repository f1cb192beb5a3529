import type { Reservation, Settlement } from './reservation.js';

/** A request that is over, and of which Redis has to be told. */
export interface Owed {
  readonly reservation: Reservation;
  readonly settlement: Settlement | undefined;
  /** By this process's clock, in milliseconds since 1970. */
  readonly admittedAtMs: number;
  /** Whether Redis counts it already; else it has to be counted there first. */
  readonly isCounted: boolean;
  /** Whether its admission may still be on its way to Redis. */
  readonly isInDoubt: boolean;
}

/** What Redis has to be told when it is back; the oldest give way when there are too many. */
export class SettlementBacklog {
  readonly #owed = new Map<string, Owed>();
  readonly #capacity: number;
  #dropped = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** How many were given up: in Redis their estimates stand, or nothing. */
  get dropped(): number {
    return this.#dropped;
  }

  get size(): number {
    return this.#owed.size;
  }

  add(owed: Owed): void {
    this.#owed.set(owed.reservation.id, owed);
    const [oldest] = this.#owed.size > this.#capacity ? this.#owed.keys() : [];
    if (oldest === undefined) return;
    this.#owed.delete(oldest);
    this.#dropped += 1;
  }

  /** The oldest, up to `count`; they stay until they are `told`. */
  oldest(count: number): readonly Owed[] {
    const some: Owed[] = [];
    for (const owed of this.#owed.values()) {
      if (some.length === count) break;
      some.push(owed);
    }
    return some;
  }

  told(all: readonly Owed[]): void {
    for (const { reservation } of all) this.#owed.delete(reservation.id);
  }
}
