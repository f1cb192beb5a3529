/** Places of requests under way that one replica holds, used or not. */
export class PlacePool {
  /** Whether there is a rule that counts them; if not, there are always more. */
  readonly #isCounted: boolean;
  running = 0;
  #held = 0;
  /** What Redis was told last; undefined where it may not have heard. */
  #told: number | undefined = 0;
  #mostRunning = 0;
  #isExtensionDue = false;

  constructor({ isCounted }: { readonly isCounted: boolean }) {
    this.#isCounted = isCounted;
  }

  get hasFree(): boolean {
    return !this.#isCounted || this.running < this.#held;
  }

  /** How many Redis counts that nobody uses. */
  get free(): number {
    return this.#isCounted ? this.#held - this.running : 0;
  }

  get held(): number {
    return this.#isCounted ? this.#held : 0;
  }

  /** How many need not be taken anew when these are told. */
  get known(): number {
    return this.#isExtensionDue || this.#told === undefined ? 0 : Math.min(this.#told, this.#held);
  }

  get isTold(): boolean {
    return !this.#isCounted || (this.#told === this.#held && !this.#isExtensionDue);
  }

  take(): void {
    this.running += 1;
    if (this.running > this.#mostRunning) this.#mostRunning = this.running;
  }

  /** How many more are wanted for so many requests. Those that follow one another share a place. */
  wantedFor(requests: number): number {
    if (!this.#isCounted) return 0;
    const most = Math.min(this.running + requests, 2 * this.#mostRunning + SPARE);
    this.#mostRunning = this.running;
    return Math.max(0, most - this.#held);
  }

  giveBackUnused(): void {
    this.#held = this.running;
  }

  told(held: number, added: number): void {
    this.#told = held + added;
    this.#held += added;
    this.#isExtensionDue = false;
  }

  /** Redis may have heard it or not, or may have forgotten it. */
  doubt(): void {
    this.#told = undefined;
  }

  extend(): void {
    this.#isExtensionDue = this.held > 0;
  }
}

const SPARE = 8;
