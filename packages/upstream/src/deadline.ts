/** Node.js fires a longer timer at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * One wait after another, each with its own deadline, on one timer. That is made anew only where it would fire too late, and looks
 * when it fires how much of the wait is left: so a wait costs a comparison, and not a timer. It does not keep the process
 * alive; the socket that is waited for does.
 */
export class Deadline {
  readonly #onPassed: () => void;
  readonly #onTimer = (): void => this.#look();
  #timer: NodeJS.Timeout | undefined;
  #firesAtMs = Infinity;
  #dueAtMs = Infinity;

  constructor(onPassed: () => void) {
    this.#onPassed = onPassed;
  }

  /** Begins a wait, in place of the one before. Zero or less is no deadline. */
  set(waitMs: number): void {
    if (waitMs <= 0) {
      this.clear();
      return;
    }
    this.#dueAtMs = performance.now() + waitMs;
    if (this.#dueAtMs < this.#firesAtMs) this.#start(waitMs);
  }

  /** What was waited for has come. */
  clear(): void {
    this.#dueAtMs = Infinity;
  }

  /** Ends the timer as well. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#firesAtMs = Infinity;
    this.#dueAtMs = Infinity;
  }

  #look(): void {
    this.#timer = undefined;
    this.#firesAtMs = Infinity;
    if (this.#dueAtMs === Infinity) return;
    const leftMs = this.#dueAtMs - performance.now();
    if (leftMs > 0) {
      this.#start(leftMs);
      return;
    }
    // A process that stood still has not read yet what came meanwhile: it does that before it says that nothing came.
    const dueAtMs = this.#dueAtMs;
    setImmediate(() => {
      if (this.#dueAtMs !== dueAtMs) return;
      this.#dueAtMs = Infinity;
      this.#onPassed();
    });
  }

  #start(waitMs: number): void {
    clearTimeout(this.#timer);
    this.#firesAtMs = this.#dueAtMs;
    this.#timer = setTimeout(this.#onTimer, Math.min(Math.ceil(waitMs), LONGEST_TIMER_MS));
    this.#timer.unref();
  }
}
