import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { RedisLink } from '../redis/redis-link.js';
import { ReplicaRegistry } from '../replicas/replica-registry.js';
import type { Admission, Amounts, Grant, Limiter, LimitRule, RuleStanding, Verdict } from './limiter.js';
import { LeaseCommands } from './lease-commands.js';
import { LeasedRooms } from './leased-rooms.js';
import { LimitCommands } from './limit-commands.js';
import { LimitLedger } from './limit-ledger.js';
import { OpenRequests, type Running, type Send } from './open-requests.js';
import {
  reserve,
  toSettlement,
  toStandings,
  toVerdict,
  type Decision,
  type Reservation,
  type Standing,
} from './reservation.js';

export interface RedisLimiterOptions {
  /** One server or a cluster, as `parseRedisUrl` reads it. */
  readonly url: string;
  /** Lets several installations share a Redis. Default `switchyard:`. */
  readonly keyPrefix?: string | undefined;
  /** After this long a request is decided without Redis, in milliseconds. Default 40, which leaves 10 of 50 to the timers. */
  readonly commandTimeoutMs?: number | undefined;
  /** How often a Redis that is away is asked whether it is back, in milliseconds. Default 200. */
  readonly probeMs?: number | undefined;
  /** How long the place of a request under way lasts once its replica is gone, in milliseconds. Default 30,000. */
  readonly leaseMs?: number | undefined;
  /** How often this replica says that it and its requests are there, in milliseconds. Default a third of `leaseMs`, and 2 s at most. */
  readonly heartbeatMs?: number | undefined;
  /**
   * How long room that is leased for requests to come lets them in, in milliseconds; 0: each request asks Redis. Default 150.
   */
  readonly leaseAheadMs?: number | undefined;
  /** How many ended requests are remembered while Redis is away. Default 100,000. */
  readonly backlog?: number | undefined;
  /** Another clock than Redis's own, in milliseconds since 1970: for tests. */
  nowMs?(): number;
  /** Hears once of each outage, and of what could not be remembered during it; the connection comes back by itself. */
  onError?(error: Error): void;
}

const BACKGROUND_TIMEOUT_MS = 2000;
const FREE: Grant = { settle: () => undefined };
const UNLIMITED: Verdict = { type: 'admitted', standings: [], grant: FREE };
// How often it is looked at what was leased. What is not used within one turn goes back at the next.
const TURN_MS = 50;
// After it ended, a lease comes back within little more than a turn; a replica may be held up for nearly two more.
const RETURN_TURNS = 3;

// A replica that is new counts soon, so that no other takes itself for the only one when Redis goes away.
const LONGEST_BEAT_MS = 2_000;

/** Limits shared by all replicas, in Redis. Connects in the background; enforces this replica's share while Redis is away. */
export function createRedisLimiter(options: RedisLimiterOptions): Limiter {
  return new RedisLimiter(options);
}

class RedisLimiter implements Limiter {
  readonly #id = randomBytes(6).toString('base64url');
  readonly #options: RedisLimiterOptions;
  readonly #link: RedisLink;
  readonly #commands: LimitCommands;
  readonly #registry: ReplicaRegistry;
  // Also counts what Redis admits: when Redis goes, this replica's share begins with what it has used already.
  readonly #ledger = new LimitLedger({ shareOf: (limit) => Math.max(1, Math.floor(limit / this.#replicas)) });
  readonly #requests: OpenRequests;
  readonly #leases: LeaseCommands;
  readonly #rooms: LeasedRooms;
  readonly #nowMs: () => number;
  readonly #heartbeat: NodeJS.Timeout;
  #admissions = 0;
  #replicas = 1;
  #reportedDrops = 0;
  #turn: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: RedisLimiterOptions) {
    const { keyPrefix = 'switchyard:', leaseMs = 30_000, nowMs = Date.now } = options;
    this.#options = options;
    this.#nowMs = nowMs;
    this.#commands = new LimitCommands({ keyPrefix, leaseMs, nowMs: options.nowMs });
    this.#requests = new OpenRequests({ commands: this.#commands, capacity: options.backlog ?? 100_000, nowMs });
    const leaseAheadMs = options.leaseAheadMs ?? 150;
    const terms = { leaseMs: leaseAheadMs, returnMs: leaseAheadMs + RETURN_TURNS * TURN_MS };
    this.#leases = new LeaseCommands({ keyPrefix, leaseMs, nowMs: options.nowMs }, terms);
    this.#rooms = this.#createRooms(leaseAheadMs);
    this.#registry = new ReplicaRegistry({ key: `${keyPrefix}limits:replicas`, id: this.#id, lastsMs: leaseMs });
    this.#link = new RedisLink({
      url: options.url,
      commandTimeoutMs: options.commandTimeoutMs ?? 40,
      probeMs: options.probeMs ?? 200,
      greet: () => this.#greet(),
      onReturn: () => void this.#catchUp(),
      onError: options.onError,
    });
    this.#heartbeat = setInterval(
      () => void this.#beat(),
      options.heartbeatMs ?? Math.min(leaseMs / 3, LONGEST_BEAT_MS),
    );
    this.#heartbeat.unref();
  }

  get isAlone(): boolean {
    return !this.#link.isConnected;
  }

  get replicas(): number {
    return this.#replicas;
  }

  admit(admission: Admission): Verdict | Promise<Verdict> {
    if (admission.rules.length === 0) return UNLIMITED;
    if (!this.#link.isConnected) return this.#ask(admission);
    return this.#rooms.admit(admission) ?? this.#ask(admission);
  }

  async standings(tenantId: string, rules: readonly LimitRule[]): Promise<readonly RuleStanding[]> {
    const estimate = { tokens: 0, usdMicros: 0 };
    const reservation = reserve({ requestId: '', tenantId, rules, estimate }, 'look');
    try {
      if (this.#link.isUp) {
        const standings = await this.#link.run((redis) => this.#commands.look(redis, reservation));
        return toStandings(rules, this.#withoutUnused(reservation, standings));
      }
    } catch {
      // What this replica knows is the next best answer.
    }
    return toStandings(rules, this.#ledger.standings(reservation, this.#nowMs()));
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#heartbeat);
    if (this.#link.isUp) {
      await this.#rooms.giveBackAll();
      const parting = this.#link.run((redis) => this.#registry.leave(redis), BACKGROUND_TIMEOUT_MS);
      await parting.catch(() => undefined);
    }
    clearTimeout(this.#turn);
    this.#link.close();
  }

  #createRooms(leaseMs: number): LeasedRooms {
    const { nowMs } = this.#options;
    return new LeasedRooms({
      replicaId: this.#id,
      leaseMs,
      nowMs: nowMs === undefined ? () => performance.now() : () => nowMs(),
      send: (room, call) =>
        this.#link.run(
          (redis) => this.#leases.send(redis, { room, call, replicas: this.#replicas }),
          BACKGROUND_TIMEOUT_MS,
        ),
      turnSoon: () => {
        if (this.#isClosed) return;
        this.#turn = setTimeout(() => this.#takeTurn(), TURN_MS);
        this.#turn.unref();
      },
      onChange: (room, lease) => this.#ledger.restate(room, lease, this.#nowMs()),
    });
  }

  async #ask(admission: Admission): Promise<Verdict> {
    this.#admissions += 1;
    const reservation = reserve(admission, `${admission.requestId}/${this.#id}.${this.#admissions}`);
    if (!this.#link.isUp) return this.#admitAlone(reservation, { isInDoubt: false });
    try {
      const decision = await this.#decide(reservation);
      if (decision.over !== undefined) return toVerdict(reservation, decision, FREE);
      this.#ledger.charge(reservation, this.#nowMs());
      return toVerdict(reservation, decision, this.#grant(reservation, { isCounted: true, isInDoubt: false }));
    } catch {
      return this.#admitAlone(reservation, { isInDoubt: true });
    }
  }

  /** Nobody is refused for room that is leased and lies unused: it is waited for. */
  async #decide(reservation: Reservation): Promise<Decision> {
    const ask = (): Promise<Decision> => this.#link.run((redis) => this.#commands.admit(redis, reservation));
    let decision = await ask();
    const { over, leasedMs = 0 } = decision;
    if (over === undefined) return decision;
    const { tenantId, meters } = reservation;
    // Redis may believe that all has come back, where this replica was held up.
    if (leasedMs === 0 && !this.#rooms.mayHold(tenantId, meters[over.rule]?.name ?? '')) return decision;
    const startedAtMs = performance.now();
    if (await this.#rooms.giveBack(tenantId)) decision = await ask();
    for (const atMs of this.#replicas === 1 || leasedMs === 0 ? [] : [leasedMs / 2, leasedMs]) {
      if (decision.over === undefined || decision.leasedMs === 0) break;
      await sleep(Math.max(0, startedAtMs + atMs - performance.now()));
      decision = await ask();
    }
    return decision;
  }

  /** What this replica has leased and does not use is free for all whom it asks for. */
  #withoutUnused({ tenantId, meters }: Reservation, standings: readonly Standing[]): readonly Standing[] {
    return standings.map(({ used, resetMs }, index) => {
      const unused = this.#rooms.unused(tenantId, meters[index]?.name ?? '');
      return { used: Math.max(0, used - unused), resetMs };
    });
  }

  #takeTurn(): void {
    // It is told everything when it is back.
    if (!this.#link.isConnected) this.#rooms.part();
    this.#rooms.turn();
  }

  #admitAlone(reservation: Reservation, { isInDoubt }: { isInDoubt: boolean }): Verdict {
    this.#rooms.part();
    const decision = this.#ledger.admit(reservation, this.#nowMs());
    if (decision.over === undefined) {
      return toVerdict(reservation, decision, this.#grant(reservation, { isCounted: false, isInDoubt }));
    }
    if (isInDoubt) this.#requests.revoke(reservation);
    return toVerdict(reservation, decision, FREE);
  }

  #grant(reservation: Reservation, state: Pick<Running, 'isCounted' | 'isInDoubt'>): Grant {
    const running = this.#requests.begin(reservation, state);
    return { settle: (actual) => this.#settle(running, actual) };
  }

  async #settle(running: Running, actual: Amounts | undefined): Promise<void> {
    const settlement = toSettlement(actual);
    const owed = this.#requests.end(running, settlement);
    if (owed === undefined) return;
    this.#ledger.settle(running.reservation.id, settlement, this.#nowMs());
    if (!this.#link.isUp) return this.#requests.owe(owed);
    try {
      await this.#link.run((redis) => this.#requests.tell(redis, owed));
    } catch {
      this.#requests.owe(owed);
    }
  }

  async #beat(): Promise<void> {
    if (!this.#link.isUp) return;
    try {
      await this.#link.run(async (redis) => {
        const [replicas] = await Promise.all([
          this.#registry.beat(redis),
          this.#requests.extend(redis),
          this.#rooms.extend(),
        ]);
        this.#replicas = replicas;
      }, BACKGROUND_TIMEOUT_MS);
    } catch {
      // The link is away now, and says so itself.
    }
  }

  /** Redis is told of everything that it missed before it decides again. */
  async #greet(): Promise<void> {
    const send: Send = (command) => this.#link.direct(command, BACKGROUND_TIMEOUT_MS);
    // Within the time that requests have: a Redis that is slower than that is as good as away.
    const replicas = await this.#link.direct((redis) => this.#registry.beat(redis));
    // A Redis that was restarted hears of the others only bit by bit.
    this.#replicas = Math.max(this.#replicas, replicas);
    await this.#requests.tellOwed(send);
    await this.#requests.adoptRunning(send, 'all');
    await this.#rooms.tellAll((room, call) =>
      send((redis) => this.#leases.send(redis, { room, call, replicas: this.#replicas })),
    );
    this.#reportDrops();
  }

  /** What was decided without Redis while it was being told. */
  async #catchUp(): Promise<void> {
    const send: Send = (command) => this.#link.run(command, BACKGROUND_TIMEOUT_MS);
    try {
      await this.#requests.tellOwed(send);
      await this.#requests.adoptRunning(send, 'uncounted');
    } catch {
      // It is away again, and will be told when it is back.
    }
  }

  #reportDrops(): void {
    const dropped = this.#requests.dropped - this.#reportedDrops;
    if (dropped === 0) return;
    this.#reportedDrops = this.#requests.dropped;
    this.#options.onError?.(new Error(`${dropped} requests ended while Redis was away and could not be remembered`));
  }
}
