import type { BudgetWindow } from '@switchyard/routing';

/** One ceiling that a request counts against. */
export interface LimitRule {
  /** Who is limited: `key:ID`, `tenant:ID`, or either with `:model:PATTERN` behind it. */
  readonly scope: string;
  readonly measure: 'requests' | 'tokens' | 'usd-micros' | 'concurrent';
  readonly limit: number;
  /** Not for `concurrent`. Without one: any 60 seconds. */
  readonly window?: BudgetWindow | undefined;
}

export interface Admission {
  /** Need not be unique, as clients may choose it: each admission is one of its own. */
  readonly requestId: string;
  /** The keys of one tenant share a hash tag, so that one script can touch them all in a Redis cluster. */
  readonly tenantId: string;
  /** The same list for all requests that count against these rules: what is leased for them is found by it. */
  readonly rules: readonly LimitRule[];
  /** What is held back until the truth is known. */
  readonly estimate: Amounts;
}

export interface Amounts {
  readonly tokens: number;
  readonly usdMicros: number;
}

/** What is left under one rule once this request is counted, for the headers clients know. */
export interface RuleStanding {
  readonly rule: LimitRule;
  readonly remaining: number;
  /** Until more is left, in milliseconds. */
  readonly resetMs: number;
}

export type Verdict =
  | { readonly type: 'admitted'; readonly standings: readonly RuleStanding[]; readonly grant: Grant }
  | {
      readonly type: 'rejected';
      /** The rule that takes longest to give way, of those that were over. */
      readonly rule: LimitRule;
      /** `too-large`: the estimate alone is more than the whole limit, so that waiting never helps. */
      readonly reason: 'used-up' | 'too-large';
      /** When the same request would fit, as far as can be known; for `concurrent` a guess. 0 where waiting never helps. */
      readonly retryAfterMs: number;
      readonly standings: readonly RuleStanding[];
    };

/** What an admitted request holds. */
export interface Grant {
  /**
   * Gives back the lease and replaces the estimate by the truth, once; later calls change nothing. Undefined amounts say
   * that the truth is not known: the estimate stands. Never rejects, and never waits longer than a command may take.
   */
  settle(actual: Amounts | undefined): void | Promise<void>;
}

/** All limits of a request, decided at once: all or nothing, and nothing is charged for a rejection. */
export interface Limiter {
  /**
   * At once where there is room that this process holds already; else one round trip, and none where `rules` is empty. Who would
   * be refused although other replicas may hold unused room waits until that is back, 0.3 s at most. Never
   * rejects and never takes longer than 50 ms for Redis: without it each replica enforces the limits divided by the number of
   * replicas that were there last.
   */
  admit(admission: Admission): Verdict | Promise<Verdict>;
  /** Whether limits are enforced by this replica alone; also before Redis was first reached. */
  readonly isAlone: boolean;
  /** How many replicas share the limits, this one included, as last known. */
  readonly replicas: number;
  /** How a tenant stands under these rules, without counting anything. */
  standings(tenantId: string, rules: readonly LimitRule[]): Promise<readonly RuleStanding[]>;
  close(): Promise<void>;
}
