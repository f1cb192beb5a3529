/** Whoever is to know of an abort. */
export type AbortListener = ((event?: unknown) => void) | { handleEvent(): void };

/** What ends an attempt before its time: an AbortSignal, or a Cancellation, which is all of one that is mostly needed. */
export interface AttemptSignal {
  readonly aborted: boolean;
  /** Why, once it is aborted. */
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: AbortListener, options?: { readonly once?: boolean }): void;
  removeEventListener(type: 'abort', listener: AbortListener): void;
}

/**
 * An AbortController and its signal in one, for what is nearly never aborted and has one listener: a controller, its signal and
 * the listeners of two cost an attempt more than its parsed answer.
 */
export class Cancellation implements AttemptSignal {
  #aborted = false;
  #reason: unknown = undefined;
  #first: AbortListener | undefined = undefined;
  /** Those after the first. */
  #others: readonly AbortListener[] = NOBODY;
  #controller: AbortController | undefined = undefined;

  get aborted(): boolean {
    return this.#aborted;
  }

  get reason(): unknown {
    return this.#reason;
  }

  /** For what takes a real one only. It is made when it is asked for. */
  get abortSignal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#aborted) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  /** Tells the listeners, in the order in which they came. Aborting again does nothing. */
  abort(reason: Error): void {
    if (this.#aborted) return;
    this.#aborted = true;
    this.#reason = reason;
    for (let listener = this.#take(); listener !== undefined; listener = this.#take()) {
      if (typeof listener === 'function') listener();
      else listener.handleEvent();
    }
    this.#controller?.abort(reason);
  }

  addEventListener(_type: 'abort', listener: AbortListener): void {
    if (this.#aborted) return;
    if (this.#first === undefined && this.#others.length === 0) this.#first = listener;
    else this.#others = [...this.#others, listener];
  }

  removeEventListener(_type: 'abort', listener: AbortListener): void {
    if (this.#first === listener) this.#first = undefined;
    else if (this.#others.length > 0) this.#others = this.#others.filter((other) => other !== listener);
  }

  /** The next to be told. One that is removed meanwhile is not. */
  #take(): AbortListener | undefined {
    const first = this.#first;
    if (first !== undefined) {
      this.#first = undefined;
      return first;
    }
    const [next, ...others] = this.#others;
    this.#others = others;
    return next;
  }
}

const NOBODY: readonly AbortListener[] = [];
