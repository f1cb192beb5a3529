import type { LeaseAnswer, LeaseCall } from './lease-call.js';
import { LeasedRoom } from './leased-room.js';
import type { Admission, LimitRule, Verdict } from './limiter.js';
import type { RoomLease } from './room-lease.js';
import { wholeAmounts } from './rule-meter.js';

export interface LeasedRoomsOptions {
  /** Of this replica; unique. */
  readonly replicaId: string;
  /** How long a lease lets requests in, in milliseconds. 0: nothing is leased. */
  readonly leaseMs: number;
  /** This replica's clock, in milliseconds. */
  nowMs(): number;
  /** Tells Redis. Rejects when it fails or is late. */
  send(room: LeasedRoom, call: LeaseCall): Promise<LeaseAnswer>;
  /** Has `turn` run soon, and once. */
  turnSoon(): void;
  /** A lease that lets nobody in any more holds other amounts than before. */
  onChange(room: LeasedRoom, lease: RoomLease): void;
}

/** All that one replica leases of all tenants' limits. */
export class LeasedRooms {
  readonly #options: LeasedRoomsOptions;
  // Requests that count against the same rules bring the same list of them.
  readonly #rooms = new WeakMap<readonly LimitRule[], LeasedRoom>();
  readonly #active = new Set<LeasedRoom>();
  /** Those under way, and whether Redis heard them. */
  readonly #calls = new Map<LeasedRoom, Promise<boolean>>();
  #made = 0;
  #isTurnComing = false;
  #isApart = true;

  constructor(options: LeasedRoomsOptions) {
    this.#options = options;
  }

  /** Lets a request in where there is leased room for it; undefined: Redis has to be asked. */
  admit({ tenantId, rules, estimate }: Admission): Extract<Verdict, { type: 'admitted' }> | undefined {
    if (this.#isApart || this.#options.leaseMs === 0) return undefined;
    const room = this.#rooms.get(rules) ?? this.#create(tenantId, rules);
    if (room.tenantId !== tenantId) return undefined;
    const verdict = room.admit(wholeAmounts(estimate));
    if (room.isEager && !this.#calls.has(room)) void this.#tell(room, room.planMore());
    return verdict;
  }

  /** Renews what is used up, and gives back what is not used. To be run every so often while anything is held. */
  turn(): void {
    this.#isTurnComing = false;
    if (this.#isApart) return;
    for (const room of this.#active) {
      if (!this.#calls.has(room)) void this.#tell(room, room.plan());
      if (!room.isActive && !this.#calls.has(room)) this.#active.delete(room);
    }
    if (this.#active.size > 0) this.#comeAgain();
  }

  /** Somebody is short: gives back what a tenant does not use. Answers whether there was anything. */
  async giveBack(tenantId: string): Promise<boolean> {
    const rooms = [...this.#active].filter((room) => room.tenantId === tenantId);
    const gave = await Promise.all(
      rooms.map(async (room) => {
        // That of somebody else may have given it back.
        const underWay = this.#calls.get(room);
        await underWay;
        if (this.#calls.has(room)) return true;
        const call = room.planReturn();
        await this.#tell(room, call);
        return call !== undefined || underWay !== undefined;
      }),
    );
    return gave.includes(true);
  }

  /** Gives back everything that is not used. */
  async giveBackAll(): Promise<void> {
    const tenants = new Set(Array.from(this.#active, ({ tenantId }) => tenantId));
    await Promise.all(Array.from(tenants, (tenantId) => this.giveBack(tenantId)));
  }

  /** Redis is away: nobody is let in by what was leased. */
  part(): void {
    if (this.#isApart) return;
    this.#isApart = true;
    for (const room of this.#active) room.close();
  }

  /** Has all places of requests under way extended. */
  async extend(): Promise<void> {
    for (const room of this.#active) {
      room.extendPlaces();
      if (!this.#calls.has(room)) void this.#tell(room, room.planMore());
    }
    await Promise.all(this.#calls.values());
  }

  /**
   * Tells a Redis that is back all that it may have missed or forgotten, before anything else.
   *
   * @param send as the option, for a link that is not up yet.
   */
  async tellAll(send: LeasedRoomsOptions['send']): Promise<void> {
    await Promise.all(
      Array.from(this.#active, async (room) => {
        await this.#calls.get(room);
        const call = room.planAgain();
        if (call !== undefined) await this.#exchange(room, { call, send });
      }),
    );
    this.#isApart = false;
    if (this.#active.size > 0) this.#comeAgain();
  }

  /** Whether Redis may count room under a meter for this replica that nobody uses. */
  mayHold(tenantId: string, meterName: string): boolean {
    if (this.unused(tenantId, meterName) > 0) return true;
    const isOfMeter = (room: LeasedRoom): boolean =>
      room.tenantId === tenantId && room.meters.some(({ name }) => name === meterName);
    return [...this.#calls.keys()].some(isOfMeter);
  }

  /** What Redis counts under a meter for this replica and nobody uses. */
  unused(tenantId: string, meterName: string): number {
    let unused = 0;
    for (const room of this.#active) {
      if (room.tenantId !== tenantId) continue;
      const index = room.meters.findIndex(({ name }) => name === meterName);
      const rule = room.rules[index];
      if (rule !== undefined) unused += room.unused(rule.measure);
    }
    return unused;
  }

  #create(tenantId: string, rules: readonly LimitRule[]): LeasedRoom {
    const { replicaId, leaseMs } = this.#options;
    this.#made += 1;
    const room = new LeasedRoom({
      tenantId,
      rules,
      holder: `${replicaId}.${this.#made}`,
      leaseMs,
      nowMs: () => this.#options.nowMs(),
      onChange: (changed, lease) => {
        this.#activate(changed);
        this.#options.onChange(changed, lease);
      },
      // Others may wait for what it held.
      onEnd: (changed) => {
        if (!this.#isApart && !this.#calls.has(changed)) void this.#tell(changed, changed.planReturn());
      },
    });
    this.#rooms.set(rules, room);
    return room;
  }

  async #tell(room: LeasedRoom, call: LeaseCall | undefined): Promise<void> {
    if (call === undefined) return;
    this.#activate(room);
    const exchange = this.#exchange(room, { call, send: this.#options.send }).then(
      () => true,
      () => false,
    );
    this.#calls.set(room, exchange);
    const isHeard = await exchange;
    this.#calls.delete(room);
    // What ended meanwhile is told together.
    if (isHeard && !this.#isApart && room.hasEnds) void this.#tell(room, room.planReturn());
  }

  async #exchange(
    room: LeasedRoom,
    { call, send }: { readonly call: LeaseCall; readonly send: LeasedRoomsOptions['send'] },
  ): Promise<void> {
    try {
      room.answered(call, await send(room, call));
    } catch (error) {
      room.failed(call);
      throw error;
    }
  }

  #activate(room: LeasedRoom): void {
    this.#active.add(room);
    this.#comeAgain();
  }

  #comeAgain(): void {
    if (this.#isTurnComing) return;
    this.#isTurnComing = true;
    this.#options.turnSoon();
  }
}
