import type { Amounts, LimitRule } from './limiter.js';

/** Amounts of several requests. */
export interface RoomAmounts extends Amounts {
  readonly requests: number;
}

/** What Redis is told of a lease, and is to count of it from then on. */
export interface ToldLease extends RoomAmounts {
  readonly lease: RoomLease;
  readonly version: number;
}

export interface RoomLeaseOptions {
  readonly id: string;
  /** By Redis's clock: the bucket that counts it. */
  readonly grantedAtMs: number;
  /** By this replica's clock: from then on it lets nobody in. */
  readonly untilMs: number;
  readonly granted: RoomAmounts;
  /** What there are rules for. */
  readonly counted: ReadonlySet<LimitRule['measure']>;
}

/** Room that Redis counts already, and of which this replica lets requests in by itself. */
export class RoomLease {
  readonly id: string;
  readonly grantedAtMs: number;
  readonly untilMs: number;
  /** Of requests under way the estimate, of those that ended the truth: may come to be more than was granted. */
  requests = 0;
  tokens = 0;
  usdMicros = 0;
  running = 0;
  isOpen = true;
  #inRedis: RoomAmounts;
  #version = 0;
  #toldVersion = -1;
  // Infinite for what no rule counts.
  readonly #mostRequests: number;
  readonly #mostTokens: number;
  readonly #mostUsdMicros: number;

  constructor({ id, grantedAtMs, untilMs, granted, counted }: RoomLeaseOptions) {
    this.id = id;
    this.grantedAtMs = grantedAtMs;
    this.untilMs = untilMs;
    this.#inRedis = granted;
    this.#mostRequests = counted.has('requests') ? granted.requests : Infinity;
    this.#mostTokens = counted.has('tokens') ? granted.tokens : Infinity;
    this.#mostUsdMicros = counted.has('usd-micros') ? granted.usdMicros : Infinity;
  }

  /** As everywhere, at least one of each must be free, also where the estimate is nothing. */
  hasRoomFor({ tokens, usdMicros }: Amounts): boolean {
    return (
      this.requests < this.#mostRequests &&
      this.tokens + Math.max(1, tokens) <= this.#mostTokens &&
      this.usdMicros + Math.max(1, usdMicros) <= this.#mostUsdMicros
    );
  }

  take({ tokens, usdMicros }: Amounts): void {
    this.requests += 1;
    this.tokens += tokens;
    this.usdMicros += usdMicros;
    this.running += 1;
  }

  /** Undefined: the truth is not known, and the estimate stands. */
  settle(estimate: Amounts, actual: Amounts | undefined): void {
    this.running -= 1;
    this.#version += 1;
    if (actual === undefined) return;
    this.tokens += actual.tokens - estimate.tokens;
    this.usdMicros += actual.usdMicros - estimate.usdMicros;
  }

  /** Whether more was used than was granted: Redis does not count it yet. */
  get isOverdrawn(): boolean {
    return this.tokens > this.#mostTokens || this.usdMicros > this.#mostUsdMicros;
  }

  /** Whether most of it is used. */
  get isLow(): boolean {
    return (
      this.requests > this.#mostRequests * LOW ||
      this.tokens > this.#mostTokens * LOW ||
      this.usdMicros > this.#mostUsdMicros * LOW
    );
  }

  /** What Redis counts and nobody uses; negative where it does not count all that was used. */
  unused(measure: Exclude<LimitRule['measure'], 'concurrent'>): number {
    switch (measure) {
      case 'requests':
        return this.#inRedis.requests - this.requests;
      case 'tokens':
        return this.#inRedis.tokens - this.tokens;
      case 'usd-micros':
        return this.#inRedis.usdMicros - this.usdMicros;
    }
  }

  tell(): ToldLease {
    const { requests, tokens, usdMicros } = this;
    return { lease: this, version: this.#version, requests, tokens, usdMicros };
  }

  told({ version, requests, tokens, usdMicros }: ToldLease): void {
    this.#toldVersion = version;
    this.#inRedis = { requests, tokens, usdMicros };
  }

  /** Whether Redis was told all of it, which nothing will be added to. */
  get isOver(): boolean {
    return this.running === 0 && this.#toldVersion === this.#version;
  }

  get isTold(): boolean {
    return this.#toldVersion === this.#version;
  }

  /** Whether Redis was told nothing yet, and counts all that was granted. */
  get liesUntold(): boolean {
    return this.#toldVersion === -1;
  }
}

const LOW = 3 / 4;
