import type { Redis } from 'ioredis';

import { LeaseCommands } from '../lease-commands.js';
import { LeasedRooms } from '../leased-rooms.js';
import { LimitCommands } from '../limit-commands.js';
import type { Amounts, Grant, LimitRule } from '../limiter.js';
import { reserve, toSettlement, type Reservation } from '../reservation.js';
import { amountOf, meterOf } from '../rule-meter.js';

const TURN_MS = 50;
const BEAT_MS = 2000;
const TERMS = { leaseMs: 150, returnMs: 250 };
export const PLACE_MS = 30_000;

/** What happens to the next call of a replica's leases: it never arrives, or its answer does not. */
export type Fault = 'call' | 'answer';

/** A request that was let in. */
export interface Counted {
  readonly atMs: number;
  readonly rules: readonly LimitRule[];
  readonly replica: Replica;
  amounts: Amounts;
  isRunning: boolean;
  readonly grant: Grant;
}

/**
 * Replicas that share one Redis, a clock that only moves when it is told to, and a list of all that was ever let in.
 * What timers and links do in the limiter, the test does here.
 */
export class LeasingWorld {
  readonly counted: Counted[] = [];
  readonly replicas: readonly Replica[];
  readonly tenantId: string;
  nowMs: number;
  /** How many were let in by leases. */
  leased = 0;

  constructor(options: { redis: Redis; keyPrefix: string; replicas: number; tenantId: string; startMs: number }) {
    this.tenantId = options.tenantId;
    this.nowMs = options.startMs;
    this.replicas = Array.from({ length: options.replicas }, (_, index) => new Replica(this, options, `r${index}`));
  }

  get living(): readonly Replica[] {
    return this.replicas.filter(({ isDead }) => !isDead);
  }

  /** Time passes, and everybody's timers run. */
  async pass(ms: number): Promise<void> {
    const endMs = this.nowMs + ms;
    while (this.nowMs < endMs) {
      // What is longer than everything that leases do is passed in longer strides.
      const stride = endMs - this.nowMs > 3000 ? BEAT_MS : TURN_MS;
      this.nowMs = Math.min(endMs, this.nowMs + stride);
      for (const replica of this.living) await replica.turn();
    }
  }

  /** Reckoned from the list of all that was let in. */
  usedOf(rule: LimitRule, longerBy: number): number {
    if (rule.measure === 'concurrent') {
      return this.counted.filter(({ rules, isRunning }) => rules.includes(rule) && isRunning).length;
    }
    const meter = meterOf(rule);
    const sinceMs =
      meter.type === 'rolling'
        ? this.nowMs - meter.spanMs - Math.ceil(meter.spanMs * longerBy) + 1
        : this.nowMs - (this.nowMs % 60_000);
    return this.counted
      .filter(({ rules, atMs }) => rules.includes(rule) && atMs >= sinceMs)
      .reduce((sum, { amounts }) => sum + amountOf(rule.measure, amounts), 0);
  }
}

export class Replica {
  readonly rooms: LeasedRooms;
  isDead = false;
  fault: Fault | undefined;
  readonly #world: LeasingWorld;
  readonly #redis: Redis;
  readonly #commands: LimitCommands;
  readonly #asked = new Map<string, Reservation>();
  readonly #calls = new Set<Promise<unknown>>();
  readonly #id: string;
  #isTurnComing = false;
  #requests = 0;
  #beatAtMs = -Infinity;

  constructor(
    world: LeasingWorld,
    { redis, keyPrefix, replicas }: { redis: Redis; keyPrefix: string; replicas: number },
    id: string,
  ) {
    this.#world = world;
    this.#redis = redis;
    this.#id = `${world.tenantId}-${id}`;
    const keyspace = { keyPrefix, leaseMs: PLACE_MS, nowMs: () => world.nowMs };
    this.#commands = new LimitCommands(keyspace);
    const leases = new LeaseCommands(keyspace, TERMS);
    this.rooms = new LeasedRooms({
      replicaId: this.#id,
      leaseMs: TERMS.leaseMs,
      nowMs: () => world.nowMs,
      send: (room, call) => this.#follow(async () => leases.send(redis, { room, call, replicas })),
      turnSoon: () => {
        this.#isTurnComing = true;
      },
      onChange: () => undefined,
    });
  }

  async start(): Promise<void> {
    await this.rooms.tellAll(() => Promise.reject(new Error('nothing is leased yet')));
  }

  /** The rule that refused it, or undefined. */
  async admit(rules: readonly LimitRule[], estimate: Amounts): Promise<LimitRule | undefined> {
    const admission = { requestId: 'r', tenantId: this.#world.tenantId, rules, estimate };
    const verdict = this.rooms.admit(admission);
    if (verdict !== undefined) {
      this.#world.leased += 1;
      this.#count(rules, estimate, verdict.grant);
      return undefined;
    }
    this.#requests += 1;
    const reservation = reserve(admission, `${this.#id}.${this.#requests}`);
    const refusedBy = await this.#ask(reservation);
    if (refusedBy !== undefined) return refusedBy;
    this.#asked.set(reservation.id, reservation);
    this.#count(rules, estimate, {
      settle: async (actual) => {
        this.#asked.delete(reservation.id);
        await this.#commands.settle(this.#redis, reservation, {
          settlement: toSettlement(actual),
          remember: false,
        });
      },
    });
    return undefined;
  }

  async settle(entry: Counted, actual: Amounts): Promise<void> {
    entry.amounts = actual;
    entry.isRunning = false;
    await entry.grant.settle(actual);
    await this.idle();
  }

  async turn(): Promise<void> {
    if (this.#world.nowMs - this.#beatAtMs >= BEAT_MS) {
      this.#beatAtMs = this.#world.nowMs;
      await this.#commands.extend(this.#redis, this.#asked.values());
      await this.rooms.extend();
    }
    if (this.#isTurnComing) {
      this.#isTurnComing = false;
      this.rooms.turn();
    }
    await this.idle();
  }

  async idle(): Promise<void> {
    while (this.#calls.size > 0) {
      await Promise.all(this.#calls);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** The process is gone, and its requests with it. */
  die(): void {
    this.isDead = true;
    for (const entry of this.#world.counted) if (entry.replica === this) entry.isRunning = false;
  }

  async #ask(reservation: Reservation): Promise<LimitRule | undefined> {
    let decision = await this.#commands.admit(this.#redis, reservation);
    const { leasedMs = 0 } = decision;
    if (decision.over !== undefined && leasedMs > 0) {
      await this.rooms.giveBack(this.#world.tenantId);
      await this.#world.pass(leasedMs);
      decision = await this.#commands.admit(this.#redis, reservation);
    }
    return decision.over && reservation.rules[decision.over.rule];
  }

  #count(rules: readonly LimitRule[], amounts: Amounts, grant: Grant): void {
    const { nowMs: atMs } = this.#world;
    this.#world.counted.push({ atMs, rules, replica: this, amounts, isRunning: true, grant });
  }

  #follow<T>(call: () => Promise<T>): Promise<T> {
    const { fault } = this;
    this.fault = undefined;
    const run = async (): Promise<T> => {
      if (fault === 'call') throw new Error('the call was lost');
      const answer = await call();
      if (fault === 'answer') throw new Error('the answer was lost');
      return answer;
    };
    const answer = run();
    const done: Promise<void> = answer
      .then(
        () => undefined,
        () => undefined,
      )
      .finally(() => this.#calls.delete(done));
    this.#calls.add(done);
    return answer;
  }
}

