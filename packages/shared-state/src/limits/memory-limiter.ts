import type { Admission, Amounts, Limiter, LimitRule, RuleStanding, Verdict } from './limiter.js';
import { LimitLedger } from './limit-ledger.js';
import { reserve, toSettlement, toStandings, toVerdict } from './reservation.js';
import { metersOf } from './rule-meter.js';

export interface MemoryLimiterOptions {
  /** Milliseconds since 1970. Default: the machine's clock. */
  nowMs?(): number;
}

/** Limits of a process that is alone, such as standalone: the twin of the one over Redis. */
export function createMemoryLimiter(options: MemoryLimiterOptions = {}): Limiter {
  return new MemoryLimiter(options);
}

class MemoryLimiter implements Limiter {
  readonly isAlone = false;
  readonly replicas = 1;
  readonly #ledger = new LimitLedger();
  readonly #nowMs: () => number;
  #admissions = 0;

  constructor({ nowMs = Date.now }: MemoryLimiterOptions) {
    this.#nowMs = nowMs;
  }

  admit(admission: Admission): Verdict {
    this.#admissions += 1;
    const reservation = reserve(admission, `${this.#admissions}`);
    const decision = this.#ledger.admit(reservation, this.#nowMs());
    return toVerdict(reservation, decision, {
      settle: (actual: Amounts | undefined) => {
        this.#ledger.settle(reservation.id, toSettlement(actual), this.#nowMs());
      },
    });
  }

  async standings(tenantId: string, rules: readonly LimitRule[]): Promise<readonly RuleStanding[]> {
    return toStandings(rules, this.#ledger.standings({ tenantId, meters: metersOf(rules) }, this.#nowMs()));
  }

  async close(): Promise<void> {
    // Nothing is open.
  }
}
