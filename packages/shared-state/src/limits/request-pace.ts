import type { Amounts } from './limiter.js';
import type { RoomAmounts } from './room-lease.js';

// What is counted over less says little of the pace.
const SHORTEST_MS = 50;
// Slower than this, requests are not gathered.
const FORGOTTEN_AFTER_MS = 100;

/** How many requests came lately, and how large they were. All times are milliseconds of one clock. */
export class RequestPace {
  #sinceMs = -Infinity;
  #requests = 0;
  #tokens = 0;
  #usdMicros = 0;
  #perMs = 0;
  #mean: Amounts = { tokens: 0, usdMicros: 0 };

  notice({ tokens, usdMicros }: Amounts, nowMs: number): void {
    if (this.#requests === 0 && nowMs - this.#sinceMs > FORGOTTEN_AFTER_MS) this.#begin(nowMs);
    this.#requests += 1;
    this.#tokens += tokens;
    this.#usdMicros += usdMicros;
  }

  /** What may come within `forMs`: how many, and what one of them needs. */
  expect(forMs: number, nowMs: number): RoomAmounts {
    const elapsedMs = nowMs - this.#sinceMs;
    const perMs = this.#requests / Math.max(SHORTEST_MS, elapsedMs);
    if (this.#requests > 0) {
      this.#mean = {
        tokens: Math.ceil(this.#tokens / this.#requests),
        usdMicros: Math.ceil(this.#usdMicros / this.#requests),
      };
    }
    if (elapsedMs < SHORTEST_MS) {
      return { requests: Math.max(perMs, this.#perMs) * forMs, ...this.#mean };
    }
    // Who pauses for a moment is not forgotten at once.
    this.#perMs = Math.max(perMs, this.#perMs / 2);
    this.#begin(nowMs);
    return { requests: this.#perMs * forMs, ...this.#mean };
  }

  #begin(nowMs: number): void {
    this.#sinceMs = nowMs;
    this.#requests = 0;
    this.#tokens = 0;
    this.#usdMicros = 0;
  }
}
