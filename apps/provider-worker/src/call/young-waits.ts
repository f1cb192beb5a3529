/** Most attempts are over by then. */
export const YOUNG_MS = 512;

/** A wait that is longer than YOUNG_MS. */
export interface YoungWait {
  /** Where it stands among the young, -1 for nowhere; theirs to change. */
  place: number;
  /** It has to see to its own timer now. */
  growUp(): void;
}

/**
 * The waits that began less than YOUNG_MS ago, on one timer for all of them: a timer of its own costs a wait more than all else
 * that it does, and most end before it would matter.
 */
export class YoungWaits {
  readonly #waits: YoungWait[] = [];
  #timer: NodeJS.Timeout | undefined;

  add(wait: YoungWait): void {
    wait.place = this.#waits.push(wait) - 1;
    this.#timer ??= setTimeout(this.#growUp, YOUNG_MS);
  }

  /** The wait is over. One that is not here may be told of as well. */
  remove(wait: YoungWait): void {
    const { place } = wait;
    if (place < 0) return;
    wait.place = -1;
    const last = this.#waits.pop();
    if (last !== undefined && last !== wait) {
      this.#waits[place] = last;
      last.place = place;
    }
    if (this.#waits.length === 0) this.#stop();
  }

  /** Those that are younger than the timer grow up a little early. */
  readonly #growUp = (): void => {
    this.#stop();
    for (const wait of this.#waits.splice(0)) {
      wait.place = -1;
      wait.growUp();
    }
  };

  #stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
