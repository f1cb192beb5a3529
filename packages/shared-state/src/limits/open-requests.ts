import type { RedisConnection } from '../redis/connect-redis.js';
import type { LimitCommands } from './limit-commands.js';
import type { Reservation, Settlement } from './reservation.js';
import { SettlementBacklog, type Owed } from './settlement-backlog.js';

/** A request under way. */
export interface Running {
  readonly reservation: Reservation;
  /** By this process's clock, in milliseconds since 1970. */
  readonly admittedAtMs: number;
  /** Whether Redis counts it; if not, it is told of it as soon as it is back. */
  isCounted: boolean;
  /** Whether Redis was asked to admit it and did not answer: it may still come to count it. */
  readonly isInDoubt: boolean;
}

/** Sends a command with a deadline. */
export type Send = <T>(command: (redis: RedisConnection) => Promise<T>) => Promise<T>;

const SENT_AT_ONCE = 200;

/** The requests of this replica that are under way, and those that are over and of which Redis has to be told. */
export class OpenRequests {
  readonly #running = new Map<string, Running>();
  readonly #backlog: SettlementBacklog;
  readonly #commands: LimitCommands;
  readonly #nowMs: () => number;

  constructor(options: { readonly commands: LimitCommands; readonly capacity: number; nowMs(): number }) {
    this.#commands = options.commands;
    this.#backlog = new SettlementBacklog(options.capacity);
    this.#nowMs = () => options.nowMs();
  }

  /** How many ended requests were given up for want of room. */
  get dropped(): number {
    return this.#backlog.dropped;
  }

  begin(reservation: Reservation, state: Pick<Running, 'isCounted' | 'isInDoubt'>): Running {
    const running = { reservation, admittedAtMs: this.#nowMs(), ...state };
    this.#running.set(reservation.id, running);
    return running;
  }

  /** Undefined where it has ended before. */
  end(
    { reservation, admittedAtMs, isCounted, isInDoubt }: Running,
    settlement: Settlement | undefined,
  ): Owed | undefined {
    if (!this.#running.delete(reservation.id)) return undefined;
    return { reservation, settlement, admittedAtMs, isCounted, isInDoubt };
  }

  /** Redis may have counted a request that was then refused without it: it has to hear that it never took place. */
  revoke(reservation: Reservation): void {
    const settlement = { requests: 0, tokens: 0, usdMicros: 0 } as const;
    this.owe({ reservation, settlement, admittedAtMs: this.#nowMs(), isCounted: true, isInDoubt: true });
  }

  owe(owed: Owed): void {
    this.#backlog.add(owed);
  }

  async tell(redis: RedisConnection, { reservation, settlement, ...owed }: Owed): Promise<void> {
    if (!owed.isCounted) {
      const ageMs = Math.max(0, this.#nowMs() - owed.admittedAtMs);
      await this.#commands.adopt(redis, reservation, { mode: 'charge', ageMs });
    }
    await this.#commands.settle(redis, reservation, { settlement, remember: owed.isInDoubt || !owed.isCounted });
  }

  /** Tells everything that is owed now; what comes meanwhile waits for the next time. */
  async tellOwed(send: Send): Promise<void> {
    let left = this.#backlog.size;
    while (left > 0) {
      const some = this.#backlog.oldest(Math.min(left, SENT_AT_ONCE));
      await send((redis) => Promise.all(some.map((owed) => this.tell(redis, owed))));
      this.#backlog.told(some);
      left -= some.length;
    }
  }

  /**
   * Has Redis count all that is under way: what was admitted without it, and what it may have lost in the meantime. What it
   * counts already changes nothing.
   */
  async adoptRunning(send: Send, which: 'all' | 'uncounted'): Promise<void> {
    const all = [...this.#running.values()].filter(({ isCounted }) => which === 'all' || !isCounted);
    for (let from = 0; from < all.length; from += SENT_AT_ONCE) {
      const some = all.slice(from, from + SENT_AT_ONCE);
      await send((redis) => Promise.all(some.map((running) => this.#adopt(redis, running))));
    }
  }

  async extend(redis: RedisConnection): Promise<void> {
    const counted = [...this.#running.values()].filter(({ isCounted }) => isCounted);
    await this.#commands.extend(
      redis,
      counted.map(({ reservation }) => reservation),
    );
  }

  async #adopt(redis: RedisConnection, running: Running): Promise<void> {
    const ageMs = Math.max(0, this.#nowMs() - running.admittedAtMs);
    // Over by now: what is owed for it counts it, and nobody would give back a lease.
    if (!this.#running.has(running.reservation.id)) return;
    await this.#commands.adopt(redis, running.reservation, { mode: 'hold', ageMs });
    running.isCounted = true;
  }
}
