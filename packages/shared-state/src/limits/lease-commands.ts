import type { RedisConnection } from '../redis/connect-redis.js';
import type { LeaseAnswer, LeaseCall } from './lease-call.js';
import { LEASE } from './lease-script.js';
import type { LeasedRoom } from './leased-room.js';
import { measureOf, parseStandings, spanOf, type LimitKeyspace } from './limit-commands.js';

// As long as requests under way are remembered, and longer than any call of a room may take to arrive.
const RECORD_MS = 60 * 60_000;
const IDLE_RECORD_MS = 60_000;
/** A lease of fewer requests costs more than it saves. */
const FEWEST_LEASED = 4;

export interface LeaseTerms {
  /** How long a lease lets requests in, in milliseconds. */
  readonly leaseMs: number;
  /** After this long what is not used has come back, in milliseconds; refused requests wait for it. */
  readonly returnMs: number;
}

/** The call of the script of leases. */
export class LeaseCommands {
  readonly #keyspace: LimitKeyspace;
  readonly #terms: LeaseTerms;

  constructor(keyspace: LimitKeyspace, terms: LeaseTerms) {
    this.#keyspace = keyspace;
    this.#terms = terms;
  }

  /**
   * @param replicas how many share the limits: what all of them lease has to be little beside what is left.
   * @throws Error where a later call has come before this one.
   */
  async send(
    redis: RedisConnection,
    { room, call, replicas }: { readonly room: LeasedRoom; readonly call: LeaseCall; readonly replicas: number },
  ): Promise<LeaseAnswer> {
    const { holder, tenantId, meters, rules } = room;
    const { sequence, told, forgotten, places, wanted } = call;
    const tenant = `${this.#keyspace.keyPrefix}limits:{${tenantId}}:`;
    const keys = [`${tenant}leases:${holder}`];
    for (const { name } of meters) keys.push(tenant + name);
    const isIdle = wanted === undefined && places.held === 0 && told.every(({ lease }) => lease.running === 0);
    const { nowMs, leaseMs } = this.#keyspace;
    const args: (string | number)[] = [nowMs?.() ?? '', sequence, holder, leaseMs, isIdle ? IDLE_RECORD_MS : RECORD_MS];
    meters.forEach((meter, index) => {
      args.push(meter.type, measureOf(meter), rules[index]?.limit ?? 0, spanOf(meter));
    });
    args.push(told.length);
    for (const { lease, requests, tokens, usdMicros } of told) {
      args.push(lease.id, lease.grantedAtMs, requests, tokens, usdMicros);
    }
    args.push(forgotten.length, ...forgotten, places.known, places.held, places.free);
    args.push(wanted?.requests ?? 0, wanted?.places ?? 0, 1 + 4 * replicas, FEWEST_LEASED);
    args.push(this.#terms.leaseMs, this.#terms.returnMs, wanted?.leaseId ?? '');
    args.push(wanted?.each.tokens ?? 0, wanted?.each.usdMicros ?? 0);
    return parseAnswer(await LEASE.run(redis, keys, args));
  }
}

function parseAnswer(answer: unknown): LeaseAnswer {
  if (!Array.isArray(answer)) throw new Error('Redis answered a lease with something else than a list');
  const [requests, places, validMs, nowMs, ...pairs] = answer.map(Number);
  if (requests === undefined || places === undefined || validMs === undefined || nowMs === undefined) {
    throw new Error('a later call of this lease was there before');
  }
  return { requests, places, validMs, nowMs, standings: parseStandings(pairs) };
}
