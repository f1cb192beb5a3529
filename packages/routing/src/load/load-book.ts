import type { Candidate } from '../resolve/candidate.js';
import { RecentSends, type Sent, type TokenEstimate } from './recent-sends.js';

/** How a scope is burdened by this replica, as of a moment. */
export interface Load {
  readonly inFlight: number;
  /** The peak EWMA of the time to first content, in milliseconds; undefined until one was seen. */
  readonly firstContentEwmaMs: number | undefined;
  /** Requests sent lately: each counts for less as it ages, by half in 7 minutes. */
  readonly recent: number;
}

/** An attempt under way. Calls after `end` change nothing. */
export interface Flight {
  firstContent(nowMs: number): void;
  end(): void;
}

// More than the models of all credentials that a replica uses at a time.
const MOST_SCOPES = 8_192;
// A slow answer is forgotten by half in 7 seconds without news, so that a scope is tried again. (Finagle uses 10 s)
const EWMA_MS = 10_000;
const RECENT_MS = 600_000;

const IDLE: Load = { inFlight: 0, firstContentEwmaMs: undefined, recent: 0 };
const NOTHING: Sent = { requests: 0, tokens: 0, inputTokens: 0, outputTokens: 0 };

class ScopeLoad {
  inFlight = 0;
  recent = 0;
  recentAtMs = 0;
  ewmaMs: number | undefined;
  ewmaAtMs = 0;
  readonly sends = new RecentSends();

  start(estimate: TokenEstimate, nowMs: number): void {
    this.inFlight += 1;
    this.recent = this.recentNow(nowMs) + 1;
    this.recentAtMs = Math.max(nowMs, this.recentAtMs);
    this.sends.add(estimate, nowMs);
  }

  /** A peak is believed at once, and only time makes it smaller. (peak EWMA, as in Finagle's load balancer) */
  firstContent(tookMs: number, nowMs: number): void {
    const before = this.ewmaMs ?? 0;
    const kept = Math.exp(-Math.max(0, nowMs - this.ewmaAtMs) / EWMA_MS);
    this.ewmaMs = tookMs > before ? tookMs : before * kept + tookMs * (1 - kept);
    this.ewmaAtMs = nowMs;
  }

  at(nowMs: number): Load {
    const age = Math.max(0, nowMs - this.ewmaAtMs);
    const firstContentEwmaMs = this.ewmaMs === undefined ? undefined : this.ewmaMs * Math.exp(-age / EWMA_MS);
    return { inFlight: this.inFlight, firstContentEwmaMs, recent: this.recentNow(nowMs) };
  }

  recentNow(nowMs: number): number {
    return this.recent * Math.exp(-Math.max(0, nowMs - this.recentAtMs) / RECENT_MS);
  }
}

/** Of a model's scope, and its credential's. */
class ScopesFlight implements Flight {
  private hasContent = false;
  private isOver = false;

  constructor(
    private readonly narrow: ScopeLoad,
    private readonly wide: ScopeLoad,
    private readonly startedAtMs: number,
  ) {}

  firstContent(nowMs: number): void {
    if (this.hasContent || this.isOver) return;
    this.hasContent = true;
    const tookMs = Math.max(0, nowMs - this.startedAtMs);
    this.narrow.firstContent(tookMs, nowMs);
    this.wide.firstContent(tookMs, nowMs);
  }

  end(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.narrow.inFlight -= 1;
    this.wide.inFlight -= 1;
  }
}

/** What this replica sends where: per model of a credential, and per credential. All times in milliseconds since 1970. */
export class LoadBook {
  private readonly scopes = new Map<string, ScopeLoad>();

  /** Counts an attempt, by its model's scope and by its credential's. */
  start({ scope, credential }: Pick<Candidate, 'scope' | 'credential'>, start: FlightStart): Flight {
    const { nowMs, inputTokens = 0, outputTokens = 0 } = start;
    const narrow = this.scopeOf(scope);
    const wide = this.scopeOf(credential.id);
    const estimate = { inputTokens, outputTokens };
    narrow.start(estimate, nowMs);
    wide.start(estimate, nowMs);
    return new ScopesFlight(narrow, wide, nowMs);
  }

  load(scope: string, nowMs: number): Load {
    return this.scopes.get(scope)?.at(nowMs) ?? IDLE;
  }

  /** Attempts under way. */
  inFlight(scope: string): number {
    return this.scopes.get(scope)?.inFlight ?? 0;
  }

  /** Requests sent lately, as `Load.recent`. */
  recent(scope: string, nowMs: number): number {
    return this.scopes.get(scope)?.recentNow(nowMs) ?? 0;
  }

  /** What was sent to a scope after a moment, as estimated when it was sent. */
  sentSince(scope: string, sinceMs: number): Sent {
    return this.scopes.get(scope)?.sends.since(sinceMs) ?? NOTHING;
  }

  private scopeOf(scope: string): ScopeLoad {
    const known = this.scopes.get(scope);
    if (known !== undefined) return known;
    if (this.scopes.size >= MOST_SCOPES) this.forgetOldestIdle();
    const load = new ScopeLoad();
    this.scopes.set(scope, load);
    return load;
  }

  private forgetOldestIdle(): void {
    for (const [scope, { inFlight }] of this.scopes) {
      if (inFlight > 0) continue;
      this.scopes.delete(scope);
      return;
    }
  }
}

export interface FlightStart extends Partial<TokenEstimate> {
  readonly nowMs: number;
}
