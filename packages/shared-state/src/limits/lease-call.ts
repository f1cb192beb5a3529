import type { Amounts } from './limiter.js';
import type { Standing } from './reservation.js';
import type { ToldLease } from './room-lease.js';

/** What a replica tells Redis of the room it leases under some rules, and what it asks for. */
export interface LeaseCall {
  /** Rises with every call. */
  readonly sequence: number;
  readonly told: readonly ToldLease[];
  /** Leases of which nothing will be told any more. */
  readonly forgotten: readonly string[];
  /** All that are held, how many of them nobody uses, and how many need not be taken anew. */
  readonly places: { readonly held: number; readonly free: number; readonly known: number };
  readonly wanted: Wanted | undefined;
  /** By this replica's clock. */
  readonly sentAtMs: number;
}

export interface Wanted {
  readonly leaseId: string;
  readonly requests: number;
  /** What each of them needs. */
  readonly each: Amounts;
  /** Beside those that are held. */
  readonly places: number;
}

export interface LeaseAnswer {
  /** 0: there is not enough room for leases. */
  readonly requests: number;
  readonly places: number;
  readonly validMs: number;
  /** By Redis's clock. */
  readonly nowMs: number;
  readonly standings: readonly Standing[];
}
