/** How often it is looked who is late, in milliseconds. */
const LOOK_MS = 250;

/** Something that is to be over by a time. */
export interface Watched {
  /** By the monotonic clock, in milliseconds. */
  readonly lateAtMs: number;
  /** It is late. Is called again, up to four times a second, until it is left alone. */
  onLate(): void;
}

/**
 * Watches over requests that last too long, to a quarter of a second. A timer for each of them would be made and cleared for
 * nothing nearly always, and cost as much as choosing who is to answer.
 */
export class LateWatch {
  readonly #places: (Watched | undefined)[] = [];
  readonly #free: number[] = [];
  #isLooking = false;

  /** Returns the place to leave when it is over. */
  watch(watched: Watched): number {
    const place = this.#free.pop() ?? this.#places.length;
    this.#places[place] = watched;
    if (!this.#isLooking) this.#lookLater();
    return place;
  }

  leave(place: number): void {
    this.#places[place] = undefined;
    this.#free.push(place);
  }

  #lookLater(): void {
    this.#isLooking = true;
    setTimeout(() => this.#look(), LOOK_MS).unref();
  }

  #look(): void {
    if (this.#free.length === this.#places.length) {
      // Nobody is there: what a rush has made is not kept for ever.
      this.#places.length = 0;
      this.#free.length = 0;
      this.#isLooking = false;
      return;
    }
    const nowMs = performance.now();
    for (const watched of this.#places) {
      if (watched !== undefined && nowMs >= watched.lateAtMs) watched.onLate();
    }
    this.#lookLater();
  }
}
