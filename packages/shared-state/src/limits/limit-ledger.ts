import { CalendarWindow } from './calendar-window.js';
import type { CountingWindow } from './counting-window.js';
import type { LimitRule } from './limiter.js';
import { NEVER_FITS, type Decision, type Reservation, type Settlement, type Standing } from './reservation.js';
import type { RoomAmounts, RoomLease } from './room-lease.js';
import { RollingWindow } from './rolling-window.js';
import { amountOf, neededBy, type Meter } from './rule-meter.js';

export interface LedgerOptions {
  /** What of a limit this ledger may give out: all of it, or its share. Default: all. */
  shareOf?(limit: number): number;
}

type Count =
  | { readonly type: 'window'; readonly window: CountingWindow; readonly measure: LimitRule['measure'] }
  | { readonly type: 'leases'; readonly holders: Set<string>; leased: number };

interface Found {
  readonly tenantId: string;
  readonly counts: readonly Count[];
}

interface Holding {
  readonly atMs: number;
  readonly reservation: Reservation;
}

/** What was used of room that was leased, as it was last told. */
interface UsedLease extends RoomAmounts {
  readonly atMs: number;
  readonly running: number;
}

/** Nobody tells when a lease comes back; a second is the order of an answer. */
export const LEASE_RETRY_MS = 1000;
/** A request that fits the limit but not this replica's share of it: others may be back by then. */
const SHARE_RETRY_MS = 5000;
const SWEEP_EVERY = 4096;

/** The limits of all tenants in memory: the law that the Redis scripts keep too. */
export class LimitLedger {
  readonly #counts = new Map<string, Count>();
  /** What was found for a list of meters, until counts are dropped. */
  #found = new WeakMap<readonly Meter[], Found>();
  readonly #held = new Map<string, Holding>();
  readonly #leases = new Map<string, UsedLease>();
  readonly #shareOf: (limit: number) => number;
  #untilSweep = SWEEP_EVERY;

  constructor({ shareOf = (limit) => limit }: LedgerOptions = {}) {
    this.#shareOf = shareOf;
  }

  /** All or nothing: a request that is over one limit is counted under none. */
  admit(reservation: Reservation, nowMs: number): Decision {
    let over: Decision['over'];
    reservation.meters.forEach((_meter, rule) => {
      const retryAfterMs = this.#retryAfterMs(reservation, rule, nowMs);
      if (retryAfterMs > (over?.retryAfterMs ?? 0)) over = { rule, retryAfterMs };
    });
    if (over === undefined) this.charge(reservation, nowMs);
    return { over, standings: this.standings(reservation, nowMs) };
  }

  /** Counts a request whether it fits or not. */
  charge(reservation: Reservation, nowMs: number): void {
    this.#sweepNowAndThen(nowMs);
    this.#held.set(reservation.id, { atMs: nowMs, reservation });
    for (const count of this.#countsOf(reservation)) {
      if (count.type === 'leases') count.holders.add(reservation.id);
      else count.window.add(amountOf(count.measure, reservation.estimate), nowMs, nowMs);
    }
  }

  /** Replaces the estimate by the truth, where it still counts, and gives back the lease; once. */
  settle(id: string, settlement: Settlement | undefined, nowMs: number): void {
    const holding = this.#held.get(id);
    if (holding === undefined) return;
    this.#held.delete(id);
    const { reservation, atMs } = holding;
    for (const count of this.#countsOf(reservation)) {
      if (count.type === 'leases') {
        count.holders.delete(id);
      } else if (settlement !== undefined) {
        const actual = count.measure === 'requests' ? settlement.requests : amountOf(count.measure, settlement);
        count.window.add(actual - amountOf(count.measure, reservation.estimate), atMs, nowMs);
      }
    }
  }

  /** Counts what was used of a lease, instead of what was told of it before. */
  restate(
    subject: Pick<Reservation, 'tenantId' | 'meters'>,
    { id, requests, tokens, usdMicros, running }: RoomLease,
    nowMs: number,
  ): void {
    const before = this.#leases.get(id) ?? { atMs: nowMs, requests: 0, tokens: 0, usdMicros: 0, running: 0 };
    if (running === 0) this.#leases.delete(id);
    else this.#leases.set(id, { atMs: before.atMs, requests, tokens, usdMicros, running });
    const more = { tokens: tokens - before.tokens, usdMicros: usdMicros - before.usdMicros };
    for (const count of this.#countsOf(subject)) {
      if (count.type === 'leases') {
        count.leased += running - before.running;
      } else {
        const amount = count.measure === 'requests' ? requests - before.requests : amountOf(count.measure, more);
        count.window.add(amount, before.atMs, nowMs);
      }
    }
  }

  standings({ tenantId, meters }: Pick<Reservation, 'tenantId' | 'meters'>, nowMs: number): readonly Standing[] {
    return meters.map((meter) => {
      const count = this.#count(tenantId, meter);
      if (count.type === 'leases') return { used: placesOf(count), resetMs: 0 };
      return { used: count.window.used(nowMs), resetMs: count.window.resetsAtMs(nowMs) - nowMs };
    });
  }

  /** How many counts are kept: those that something counts under, and some that nothing counts under any more. */
  get size(): number {
    return this.#counts.size;
  }

  /** 0 where the request fits. */
  #retryAfterMs({ rules, meters, tenantId, estimate }: Reservation, index: number, nowMs: number): number {
    const [rule, meter] = [rules[index], meters[index]];
    if (rule === undefined || meter === undefined) return 0;
    const needed = neededBy(rule.measure, estimate);
    if (needed > rule.limit) return NEVER_FITS;
    const share = this.#shareOf(rule.limit);
    const count = this.#count(tenantId, meter);
    if (count.type === 'leases') return placesOf(count) < share ? 0 : LEASE_RETRY_MS;
    const excess = count.window.used(nowMs) + needed - share;
    if (excess <= 0) return 0;
    return needed > share ? SHARE_RETRY_MS : count.window.freesAtMs(excess, nowMs) - nowMs;
  }

  /** Each once, where several rules share one. */
  #countsOf({ tenantId, meters }: Pick<Reservation, 'tenantId' | 'meters'>): readonly Count[] {
    const known = this.#found.get(meters);
    if (known?.tenantId === tenantId) return known.counts;
    const counts = [...new Set(meters.map((meter) => this.#count(tenantId, meter)))];
    this.#found.set(meters, { tenantId, counts });
    return counts;
  }

  #count(tenantId: string, meter: Meter): Count {
    const key = `${tenantId} ${meter.name}`;
    const found = this.#counts.get(key);
    if (found !== undefined) return found;
    const count = createCount(meter);
    this.#counts.set(key, count);
    return count;
  }

  #sweepNowAndThen(nowMs: number): void {
    this.#untilSweep -= 1;
    if (this.#untilSweep > 0) return;
    this.#untilSweep = Math.max(SWEEP_EVERY, this.#counts.size);
    this.#found = new WeakMap();
    for (const [key, count] of this.#counts) {
      const used = count.type === 'leases' ? placesOf(count) : count.window.resetsAtMs(nowMs) - nowMs;
      if (used === 0) this.#counts.delete(key);
    }
  }
}

function placesOf({ holders, leased }: Extract<Count, { type: 'leases' }>): number {
  return holders.size + leased;
}

function createCount(meter: Meter): Count {
  if (meter.type === 'lease') return { type: 'leases', holders: new Set(), leased: 0 };
  const window = meter.type === 'rolling' ? new RollingWindow(meter.spanMs) : new CalendarWindow(meter.unit);
  return { type: 'window', window, measure: meter.measure };
}
