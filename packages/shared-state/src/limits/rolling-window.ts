import type { CountingWindow } from './counting-window.js';

const BUCKETS = 60;

/**
 * Counts the last so many milliseconds, in buckets of a sixtieth.
 *
 * A bucket counts until the last moment that it may hold is out of the window: a little too long rather than too short, so
 * that no window of this length, wherever it begins, ever holds more than the limit.
 */
export class RollingWindow implements CountingWindow {
  readonly #spanMs: number;
  readonly #widthMs: number;
  readonly #buckets = new Map<number, number>();
  #sum = 0;
  #oldest = Infinity;

  constructor(spanMs: number) {
    this.#spanMs = spanMs;
    this.#widthMs = Math.ceil(spanMs / BUCKETS);
  }

  used(nowMs: number): number {
    if (this.#endOf(this.#oldest) > nowMs) return this.#sum;
    this.#oldest = Infinity;
    for (const [bucket, amount] of this.#buckets) {
      if (this.#endOf(bucket) > nowMs) {
        this.#oldest = Math.min(this.#oldest, bucket);
      } else {
        this.#buckets.delete(bucket);
        this.#sum -= amount;
      }
    }
    return this.#sum;
  }

  add(amount: number, atMs: number, nowMs: number): void {
    const bucket = Math.floor(atMs / this.#widthMs);
    if (amount === 0 || this.#endOf(bucket) <= nowMs) return;
    this.used(nowMs);
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + amount);
    this.#sum += amount;
    this.#oldest = Math.min(this.#oldest, bucket);
  }

  resetsAtMs(nowMs: number): number {
    this.used(nowMs);
    return this.#buckets.size === 0 ? nowMs : this.#endOf(this.#oldest);
  }

  freesAtMs(amount: number, nowMs: number): number {
    this.used(nowMs);
    let freed = 0;
    let atMs = nowMs;
    for (const [bucket, held] of [...this.#buckets].toSorted(([one], [other]) => one - other)) {
      if (freed >= amount) break;
      freed += held;
      atMs = this.#endOf(bucket);
    }
    return atMs;
  }

  #endOf(bucket: number): number {
    return (bucket + 1) * this.#widthMs + this.#spanMs;
  }
}
