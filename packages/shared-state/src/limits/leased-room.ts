import type { LeaseAnswer, LeaseCall, Wanted } from './lease-call.js';
import type { Amounts, Grant, LimitRule, RuleStanding, Verdict } from './limiter.js';
import { PlacePool } from './place-pool.js';
import { RequestPace } from './request-pace.js';
import type { Standing } from './reservation.js';
import { RoomLease, type RoomAmounts } from './room-lease.js';
import { metersOf, wholeAmounts, type Meter } from './rule-meter.js';

export interface LeasedRoomOptions {
  readonly tenantId: string;
  readonly rules: readonly LimitRule[];
  /** Unique among all rooms of all replicas. */
  readonly holder: string;
  /** How long a lease lets requests in, in milliseconds. */
  readonly leaseMs: number;
  /** This replica's clock, in milliseconds. */
  nowMs(): number;
  /** A lease that lets nobody in any more holds other amounts than before. */
  onChange(room: LeasedRoom, lease: RoomLease): void;
  /** A request has ended, and no lease is open that would tell of it soon. */
  onEnd(room: LeasedRoom): void;
}

/** Where fewer requests than this are expected while a lease lasts, they ask one by one. */
const FEWEST_EXPECTED = 8;
const MOST_LEASED = 512;
// More than is expected, so that a lease seldom ends before its time.
const AHEAD = 1.3;
// For so long after its end a turn leaves a lease untold, where the next call will tell of it and is not far.
const TOLD_LATER_MS = 10;

/**
 * The room that one replica holds under the rules of one kind of request. Redis counts it already, so requests are let in
 * without asking; what is not used goes back.
 */
export class LeasedRoom {
  readonly tenantId: string;
  readonly rules: readonly LimitRule[];
  readonly meters: readonly Meter[];
  readonly holder: string;
  readonly #options: LeasedRoomOptions;
  readonly #counted: ReadonlySet<LimitRule['measure']>;
  readonly #pace = new RequestPace();
  readonly #places: PlacePool;
  /** Those that let nobody in any more, as long as they have requests under way or something to tell. */
  readonly #closed = new Set<RoomLease>();
  /** Those of the closed of which something has to be told. */
  readonly #untold = new Set<RoomLease>();
  readonly #forgettable = new Set<string>();
  #lease: RoomLease | undefined;
  #standings: readonly Standing[] = [];
  #standingsAtMs = 0;
  #sequence = 0;
  #pauseUntilMs = -Infinity;
  #isQuiet = true;
  /** Whether it is worth asking for a lease now. */
  isEager = false;

  constructor(options: LeasedRoomOptions) {
    const { tenantId, rules, holder } = options;
    this.#options = options;
    this.tenantId = tenantId;
    this.rules = rules;
    this.meters = metersOf(rules);
    this.holder = holder;
    this.#counted = new Set(rules.map(({ measure }) => measure));
    this.#places = new PlacePool({ isCounted: this.#counted.has('concurrent') });
  }

  /** Lets a request in if there is leased room; undefined says nothing of what other room there is. */
  admit(estimate: Amounts): Extract<Verdict, { type: 'admitted' }> | undefined {
    const nowMs = this.#options.nowMs();
    this.#pace.notice(estimate, nowMs);
    const lease = this.#lease;
    if (lease === undefined || nowMs >= lease.untilMs || !lease.hasRoomFor(estimate) || !this.#places.hasFree) {
      this.isEager = nowMs >= this.#pauseUntilMs;
      return undefined;
    }
    lease.take(estimate);
    this.#places.take();
    this.#isQuiet = false;
    this.isEager = lease.isLow && nowMs >= this.#pauseUntilMs;
    const grant = new LeasedGrant(this, lease, estimate);
    return { type: 'admitted', standings: this.#standingsIn(lease, nowMs), grant };
  }

  settle(lease: RoomLease, estimate: Amounts, actual: Amounts | undefined): void {
    this.#places.running -= 1;
    lease.settle(estimate, actual);
    if (lease.isOpen) return;
    this.#untold.add(lease);
    this.#options.onChange(this, lease);
    if (this.#lease === undefined) this.#options.onEnd(this);
  }

  /** What is to be told at every turn; undefined where there is nothing. */
  plan(): LeaseCall | undefined {
    const nowMs = this.#options.nowMs();
    const isQuiet = this.#isQuiet;
    this.#isQuiet = true;
    return this.#plan(nowMs, { isIdle: isQuiet });
  }

  /** As `plan`, between turns: there is little room left. */
  planMore(): LeaseCall | undefined {
    this.isEager = false;
    return this.#plan(this.#options.nowMs(), { isIdle: false });
  }

  /** Gives back all that is not used, and asks for nothing. */
  planReturn(): LeaseCall | undefined {
    this.close();
    this.#places.giveBackUnused();
    return this.#call(this.#options.nowMs(), undefined);
  }

  /** As `planReturn`, and tells all that is under way again: Redis may have forgotten it. */
  planAgain(): LeaseCall | undefined {
    this.#places.doubt();
    for (const lease of this.#closed) this.#untold.add(lease);
    return this.planReturn();
  }

  answered(call: LeaseCall, answer: LeaseAnswer): void {
    for (const id of call.forgotten) this.#forgettable.delete(id);
    for (const told of call.told) {
      const { lease } = told;
      lease.told(told);
      if (lease.isTold) this.#untold.delete(lease);
      if (!lease.isOver) continue;
      this.#closed.delete(lease);
      this.#forgettable.add(lease.id);
    }
    this.#places.told(call.places.held, answer.places);
    if (call.wanted === undefined) return;
    if (answer.requests === 0) {
      this.#pauseUntilMs = this.#options.nowMs() + this.#options.leaseMs;
      return;
    }
    this.close();
    this.#lease = this.#leaseOf(call.wanted, {
      grantedAtMs: answer.nowMs,
      untilMs: call.sentAtMs + answer.validMs,
      requests: answer.requests,
    });
    this.#standings = answer.standings;
    this.#standingsAtMs = call.sentAtMs;
  }

  /** Redis may have heard it or not. What it may have granted is told to be unused. */
  failed({ wanted }: LeaseCall): void {
    this.#places.doubt();
    if (wanted === undefined) return;
    const lease = this.#leaseOf(wanted, { grantedAtMs: 0, untilMs: 0, requests: 0 });
    lease.isOpen = false;
    this.#closed.add(lease);
    this.#untold.add(lease);
  }

  /** Lets nobody in until there is a new lease. */
  close(): void {
    const lease = this.#lease;
    if (lease === undefined) return;
    this.#lease = undefined;
    lease.isOpen = false;
    this.#closed.add(lease);
    this.#untold.add(lease);
    this.#options.onChange(this, lease);
  }

  /** Has the next call extend the places that are held. */
  extendPlaces(): void {
    this.#places.extend();
  }

  /** Whether requests have ended of which Redis has to be told now: there is no lease with which it would be. */
  get hasEnds(): boolean {
    return this.#lease === undefined && this.#untold.size > 0;
  }

  /** Whether anything is held, under way, or to be told. */
  get isActive(): boolean {
    return this.#lease !== undefined || this.#closed.size > 0 || this.#places.held > 0 || !this.#places.isTold;
  }

  /** What Redis counts for this room and nobody uses. */
  unused(measure: LimitRule['measure']): number {
    if (measure === 'concurrent') return this.#places.free;
    let unused = this.#lease?.unused(measure) ?? 0;
    for (const lease of this.#untold) unused += lease.unused(measure);
    return unused;
  }

  #plan(nowMs: number, { isIdle }: { isIdle: boolean }): LeaseCall | undefined {
    const lease = this.#lease;
    if (lease !== undefined && (isIdle || nowMs >= lease.untilMs || lease.isOverdrawn)) this.close();
    const wanted = isIdle ? undefined : this.#want(nowMs);
    if (wanted === undefined && this.#lease === undefined) this.#places.giveBackUnused();
    if (wanted === undefined && this.#mayTellLater(nowMs)) return undefined;
    return this.#call(nowMs, wanted);
  }

  /** A lease that is open will be renewed, and what is to be told then travels along. */
  #mayTellLater(nowMs: number): boolean {
    if (this.#lease === undefined || !this.#places.isTold) return false;
    for (const lease of this.#untold) if (lease.liesUntold && nowMs > lease.untilMs + TOLD_LATER_MS) return false;
    return true;
  }

  #call(nowMs: number, wanted: Wanted | undefined): LeaseCall | undefined {
    if (wanted === undefined && this.#untold.size === 0 && this.#places.isTold) return undefined;
    this.#sequence += 1;
    return {
      sequence: this.#sequence,
      told: Array.from(this.#untold, (lease) => lease.tell()),
      forgotten: [...this.#forgettable],
      places: { held: this.#places.held, free: this.#places.free, known: this.#places.known },
      wanted,
      sentAtMs: nowMs,
    };
  }

  #want(nowMs: number): Wanted | undefined {
    const { leaseMs, holder } = this.#options;
    const expected = this.#pace.expect(leaseMs, nowMs);
    if (nowMs < this.#pauseUntilMs || expected.requests < FEWEST_EXPECTED) return undefined;
    const lease = this.#lease;
    const isEnough = lease !== undefined && !lease.isLow && this.#places.hasFree;
    if (isEnough && lease.untilMs - nowMs > leaseMs / 2) return undefined;
    const requests = Math.min(MOST_LEASED, Math.ceil(expected.requests * AHEAD));
    return {
      leaseId: `${holder}.${this.#sequence + 1}`,
      requests,
      // What is free must be at least one, also where requests need nothing.
      each: { tokens: Math.max(1, expected.tokens), usdMicros: Math.max(1, expected.usdMicros) },
      places: this.#places.wantedFor(requests),
    };
  }

  #leaseOf(
    { leaseId, each }: Wanted,
    { requests, ...times }: { grantedAtMs: number; untilMs: number; requests: number },
  ): RoomLease {
    const granted: RoomAmounts = {
      requests,
      tokens: requests * each.tokens,
      usdMicros: requests * each.usdMicros,
    };
    return new RoomLease({ id: leaseId, ...times, granted, counted: this.#counted });
  }

  /** As Redis told when the lease was granted, less what is left of the lease. */
  #standingsIn(lease: RoomLease, nowMs: number): readonly RuleStanding[] {
    const agoMs = nowMs - this.#standingsAtMs;
    const standings: RuleStanding[] = [];
    for (let index = 0; index < this.rules.length; index += 1) {
      const rule = this.rules[index];
      const standing = this.#standings[index];
      if (rule === undefined || standing === undefined) continue;
      const { measure, limit } = rule;
      const unused = measure === 'concurrent' ? this.#places.free : lease.unused(measure);
      const remaining = Math.max(0, limit - standing.used + unused);
      standings.push({ rule, remaining, resetMs: Math.max(0, standing.resetMs - agoMs) });
    }
    return standings;
  }
}

/** What a request holds that was let in by a lease. */
class LeasedGrant implements Grant {
  readonly #room: LeasedRoom;
  readonly #lease: RoomLease;
  readonly #estimate: Amounts;
  #isSettled = false;

  constructor(room: LeasedRoom, lease: RoomLease, estimate: Amounts) {
    this.#room = room;
    this.#lease = lease;
    this.#estimate = estimate;
  }

  settle(actual: Amounts | undefined): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#room.settle(this.#lease, this.#estimate, actual && wholeAmounts(actual));
  }
}
