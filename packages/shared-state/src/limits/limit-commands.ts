import type { RedisConnection } from '../redis/connect-redis.js';
import { ADMIT, EXTEND, SETTLE } from './limit-scripts.js';
import { NEVER_FITS, type Decision, type Reservation, type Settlement, type Standing } from './reservation.js';
import type { Meter } from './rule-meter.js';

export interface LimitKeyspace {
  readonly keyPrefix: string;
  /** How long a lease lasts that nobody extends. */
  readonly leaseMs: number;
  /** Another clock than Redis's own, in milliseconds since 1970: for tests. */
  nowMs?(): number;
}

// How long the estimate of a request is remembered, unless it is extended. Longer than an outage, so that what was counted
// before it can be settled after it.
const RECORD_MS = 60 * 60_000;
const LEASES_PER_CALL = 500;

/** The scripts' calls. All keys of a tenant share a hash tag: a Redis cluster keeps them on one node. */
export class LimitCommands {
  readonly #keyspace: LimitKeyspace;

  constructor(keyspace: LimitKeyspace) {
    this.#keyspace = keyspace;
  }

  async admit(redis: RedisConnection, reservation: Reservation): Promise<Decision> {
    const answer = await this.#count(redis, reservation, { mode: 'admit', ageMs: 0 });
    if (answer.length === 0) throw new Error('the admission was decided before');
    return parseDecision(answer);
  }

  /** Counts what was admitted without Redis, `ageMs` ago; once, however often it is told. */
  async adopt(
    redis: RedisConnection,
    reservation: Reservation,
    how: { mode: 'charge' | 'hold'; ageMs: number },
  ): Promise<void> {
    await this.#count(redis, reservation, how);
  }

  async look(redis: RedisConnection, reservation: Reservation): Promise<readonly Standing[]> {
    return parseDecision(await this.#count(redis, reservation, { mode: 'look', ageMs: 0 })).standings;
  }

  /** `remember` where the admission may still be on its way, or be told again. */
  async settle(
    redis: RedisConnection,
    { id, tenantId, meters }: Reservation,
    { settlement, remember }: { settlement: Settlement | undefined; remember: boolean },
  ): Promise<void> {
    const { requests, tokens, usdMicros } = settlement ?? { requests: 1, tokens: 0, usdMicros: 0 };
    const args = [
      this.#now(),
      id,
      remember ? RECORD_MS : 0,
      settlement === undefined ? 0 : 1,
      requests,
      tokens,
      usdMicros,
    ];
    for (const meter of meters) args.push(meter.type, measureOf(meter), spanOf(meter));
    await SETTLE.run(redis, this.#keys(id, tenantId, meters), args);
  }

  /** Keeps what these requests hold: in one call for each tenant, and one more for every few hundred requests of one. */
  async extend(redis: RedisConnection, reservations: Iterable<Reservation>): Promise<void> {
    const byTenant = Map.groupBy(reservations, ({ tenantId }) => tenantId);
    const calls: Promise<unknown>[] = [];
    for (const all of byTenant.values()) {
      for (let from = 0; from < all.length; from += LEASES_PER_CALL) {
        calls.push(this.#extendSome(redis, all.slice(from, from + LEASES_PER_CALL)));
      }
    }
    await Promise.all(calls);
  }

  #extendSome(redis: RedisConnection, reservations: readonly Reservation[]): Promise<unknown> {
    const keys: string[] = [];
    const args: (string | number)[] = [this.#now(), this.#keyspace.leaseMs, RECORD_MS];
    for (const { id, tenantId, meters } of reservations) {
      const leases = meters.filter(({ type }) => type === 'lease');
      keys.push(...this.#keys(id, tenantId, leases));
      args.push(id, leases.length);
    }
    return EXTEND.run(redis, keys, args);
  }

  async #count(
    redis: RedisConnection,
    { id, tenantId, rules, meters, estimate }: Reservation,
    { mode, ageMs }: { mode: 'admit' | 'charge' | 'hold' | 'look'; ageMs: number },
  ): Promise<readonly number[]> {
    const args = [this.#now(), mode, id, this.#keyspace.leaseMs, RECORD_MS, ageMs, estimate.tokens, estimate.usdMicros];
    meters.forEach((meter, index) => {
      args.push(meter.type, measureOf(meter), rules[index]?.limit ?? 0, spanOf(meter));
    });
    const answer = await ADMIT.run(redis, this.#keys(id, tenantId, meters), args);
    if (!Array.isArray(answer)) throw new Error('Redis answered an admission with something else than a list');
    return answer.map(Number);
  }

  #keys(id: string, tenantId: string, meters: readonly Meter[]): string[] {
    const tenant = `${this.#keyspace.keyPrefix}limits:{${tenantId}}:`;
    const keys = [`${tenant}request:${id}`];
    for (const { name } of meters) keys.push(tenant + name);
    return keys;
  }

  #now(): string | number {
    return this.#keyspace.nowMs?.() ?? '';
  }
}

export function measureOf(meter: Meter): string {
  return meter.type === 'lease' ? 'concurrent' : meter.measure;
}

export function spanOf(meter: Meter): string | number {
  if (meter.type === 'lease') return '';
  return meter.type === 'rolling' ? meter.spanMs : meter.unit;
}

function parseDecision([worst = 0, waitMs = 0, leasedMs = 0, ...pairs]: readonly number[]): Decision {
  const over = worst === 0 ? undefined : { rule: worst - 1, retryAfterMs: waitMs < 0 ? NEVER_FITS : waitMs };
  return { over, standings: parseStandings(pairs), leasedMs };
}

/** Used, and milliseconds until less is, of one rule after the other. */
export function parseStandings(pairs: readonly number[]): readonly Standing[] {
  const standings: Standing[] = [];
  for (let i = 0; i + 1 < pairs.length; i += 2) standings.push({ used: pairs[i] ?? 0, resetMs: pairs[i + 1] ?? 0 });
  return standings;
}
