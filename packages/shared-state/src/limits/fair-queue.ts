import type { Admission, Limiter, Verdict } from './limiter.js';
import { meterOf, metersOf, neededBy } from './rule-meter.js';
import { WaitingLine, type Waiter } from './waiting-line.js';

export interface FairQueueOptions {
  /** How many requests may wait in this process. Default 1000. */
  readonly capacity?: number | undefined;
}

export interface WaitOptions {
  /** How long the request may wait, in milliseconds. */
  readonly maxWaitMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Lets requests wait for their limits instead of rejecting them. */
export interface FairQueue {
  /**
   * As `Limiter.admit`, but a request that is over a limit waits up to `maxWaitMs` for its turn: tenants take turns, and within
   * a tenant those who need the same are served in the order in which they came. The last rejection is the answer when time is
   * up, when waiting cannot help, and when there is no room: then the tenant with most waiting gives way.
   *
   * @throws the signal's reason when it is aborted. The request then holds nothing, though it may count as one.
   */
  admitOrWait(admission: Admission, options: WaitOptions): Promise<Verdict>;
  /** How many wait now. */
  readonly waiting: number;
  /** Answers all who wait with their last rejection; afterwards nobody waits. */
  close(): void;
}

type Admitted = Extract<Verdict, { type: 'admitted' }>;
type Rejected = Extract<Verdict, { type: 'rejected' }>;

/** A request that waits. */
interface WaitingRequest extends Waiter {
  readonly admission: Admission;
  last: Rejected;
  isAsking: boolean;
  isTimeUp: boolean;
  /** Leaves the line and answers, or does nothing where that was done before. */
  admit(verdict: Admitted): void;
  reject(): void;
}

// Other replicas give back too, and do not tell: whoever is first asks at least this often.
const ASK_AT_LEAST_EVERY_MS = 250;
const ASKING_AT_ONCE = 16;
const NOTHING = { tokens: 0, usdMicros: 0 };

export function createFairQueue(limiter: Limiter, options: FairQueueOptions = {}): FairQueue {
  return new LimitQueue(limiter, options.capacity ?? 1000);
}

class LimitQueue implements FairQueue {
  readonly #limiter: Limiter;
  readonly #line: WaitingLine<WaitingRequest>;
  readonly #waiting = new Set<WaitingRequest>();
  /** The tenants of whom one is asking. */
  readonly #asking = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(limiter: Limiter, capacity: number) {
    this.#limiter = limiter;
    this.#line = new WaitingLine(capacity);
  }

  get waiting(): number {
    return this.#line.size;
  }

  async admitOrWait(admission: Admission, options: WaitOptions): Promise<Verdict> {
    options.signal?.throwIfAborted();
    const counts = metersOf(admission.rules).map(({ name }) => name);
    const ahead = mayEverFit(admission) ? this.#line.lastAheadOf({ tenantId: admission.tenantId, counts }) : undefined;
    const first = ahead === undefined ? await this.#limiter.admit(admission) : asRejected(admission, ahead.last);
    if (first.type === 'admitted') return this.#handOut(admission, first, options.signal);
    options.signal?.throwIfAborted();
    if (this.#isClosed || (ahead === undefined && !isWorthWaiting(first, options.maxWaitMs))) return first;
    return this.#wait({ admission, counts, first }, options);
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    for (const waiter of this.#waiting) waiter.reject();
  }

  #wait(
    { admission, counts, first }: { admission: Admission; counts: readonly string[]; first: Rejected },
    { maxWaitMs, signal }: WaitOptions,
  ): Promise<Verdict> {
    return new Promise((resolve, fail) => {
      const leave = (answer: () => void): void => {
        if (!this.#waiting.delete(waiter)) return;
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
        this.#line.leave(waiter);
        answer();
      };
      const waiter: WaitingRequest = {
        admission,
        tenantId: admission.tenantId,
        counts,
        blockedBy: meterOf(first.rule).name,
        askAgainAtMs: performance.now() + pauseMs(first),
        last: first,
        isAsking: false,
        isTimeUp: false,
        admit: (verdict) => leave(() => resolve(verdict)),
        reject: () => leave(() => resolve(waiter.last)),
      };
      const abort = (): void => leave(() => fail(signal?.reason));
      const timer = setTimeout(() => {
        // An answer that is on its way is waited for: it may be the good one.
        waiter.isTimeUp = true;
        if (!waiter.isAsking) waiter.reject();
      }, maxWaitMs);
      signal?.addEventListener('abort', abort);
      this.#waiting.add(waiter);
      this.#line.join(waiter)?.reject();
      this.#takeTurns();
    });
  }

  #takeTurns(): void {
    clearTimeout(this.#timer);
    while (this.#asking.size < ASKING_AT_ONCE) {
      const waiter = this.#line.next(performance.now(), this.#asking);
      if (waiter === undefined) break;
      void this.#ask(waiter);
    }
    // Each answer brings the next turns by itself.
    if (this.#asking.size === ASKING_AT_ONCE) return;
    const atMs = this.#line.nextAtMs(this.#asking);
    if (atMs === Infinity) return;
    this.#timer = setTimeout(() => this.#takeTurns(), Math.max(0, Math.ceil(atMs - performance.now())));
  }

  async #ask(waiter: WaitingRequest): Promise<void> {
    this.#asking.add(waiter.tenantId);
    waiter.isAsking = true;
    const verdict = await this.#limiter.admit(waiter.admission);
    this.#asking.delete(waiter.tenantId);
    waiter.isAsking = false;
    if (verdict.type === 'rejected') {
      waiter.last = verdict;
      waiter.blockedBy = meterOf(verdict.rule).name;
      waiter.askAgainAtMs = performance.now() + pauseMs(verdict);
      if (waiter.isTimeUp || verdict.reason === 'too-large') waiter.reject();
    } else if (this.#waiting.has(waiter)) {
      waiter.admit(this.#wakeAfter(waiter.admission, verdict));
    } else {
      void verdict.grant.settle(NOTHING);
    }
    this.#takeTurns();
  }

  async #handOut(admission: Admission, verdict: Admitted, signal: AbortSignal | undefined): Promise<Verdict> {
    if (signal?.aborted !== true) return this.#wakeAfter(admission, verdict);
    await verdict.grant.settle(NOTHING);
    throw signal.reason;
  }

  /** What a request gives back in the end is for those of its tenant who wait. */
  #wakeAfter({ tenantId }: Admission, verdict: Admitted): Admitted {
    const settle: Admitted['grant']['settle'] = async (actual) => {
      await verdict.grant.settle(actual);
      if (this.#line.size === 0) return;
      this.#line.wake(tenantId, performance.now());
      this.#takeTurns();
    };
    return { ...verdict, grant: { settle } };
  }
}

function pauseMs({ retryAfterMs }: Rejected): number {
  return Math.min(retryAfterMs, ASK_AT_LEAST_EVERY_MS);
}

function mayEverFit({ rules, estimate }: Admission): boolean {
  return rules.every(({ measure, limit }) => neededBy(measure, estimate) <= limit);
}

/** Tokens, money and places may be given back before their time; a request that was counted never is. */
function isWorthWaiting({ reason, rule, retryAfterMs }: Rejected, maxWaitMs: number): boolean {
  return reason !== 'too-large' && (rule.measure !== 'requests' || retryAfterMs <= maxWaitMs);
}

/** The rejection of one that is ahead holds also for one that needs the same; how its other rules stand is not told. */
function asRejected({ rules }: Admission, verdict: Rejected): Rejected {
  const names = new Set(rules.map((rule) => meterOf(rule).name));
  return { ...verdict, standings: verdict.standings.filter(({ rule }) => names.has(meterOf(rule).name)) };
}
