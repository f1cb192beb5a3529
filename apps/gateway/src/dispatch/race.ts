import type { AttemptHead, AttemptReply } from '@switchyard/wire';

/** One attempt of a race: where it writes to, and the signal that it has lost. */
export interface Entrant {
  readonly reply: AttemptReply;
  readonly signal: AbortSignal;
  /** Whether another attempt was faster. */
  readonly hasLost: boolean;
  /** Tears the attempt down, as one that has lost. */
  withdraw(): void;
}

/**
 * Several attempts for one answer: the first to bring content has it to itself, and the others are cancelled.
 * `signal` ends them all.
 */
export class Race {
  readonly #reply: AttemptReply;
  readonly #signal: AbortSignal;
  readonly #runners: Runner[] = [];
  #winner: Runner | undefined;

  constructor(reply: AttemptReply, signal: AbortSignal) {
    this.#reply = reply;
    this.#signal = signal;
  }

  get isDecided(): boolean {
    return this.#winner !== undefined;
  }

  /** `onHead` hears when this one has won. */
  enter(onHead: (head: AttemptHead) => void): Entrant {
    const runner = new Runner(this.#signal, this.#reply, (self, head) => {
      if (this.#winner !== undefined) return false;
      this.#winner = self;
      for (const other of this.#runners) if (other !== self) other.withdraw();
      onHead(head);
      return true;
    });
    this.#runners.push(runner);
    if (this.isDecided) runner.withdraw();
    return runner;
  }

  /** Tears down every attempt but this one. */
  leaveAlone(entrant: Entrant): void {
    for (const runner of this.#runners) if (runner !== entrant) runner.withdraw();
  }
}

class Runner implements Entrant {
  readonly signal: AbortSignal;
  readonly reply: AttemptReply;
  readonly #withdrawn = new AbortController();
  #hasWon = false;

  constructor(signal: AbortSignal, reply: AttemptReply, win: (self: Runner, head: AttemptHead) => boolean) {
    this.signal = AbortSignal.any([signal, this.#withdrawn.signal]);
    this.reply = {
      head: (head) => {
        this.#hasWon = win(this, head);
        if (this.#hasWon) reply.head(head);
      },
      data: (chunk) => (this.#hasWon ? reply.data(chunk) : undefined),
    };
  }

  get hasLost(): boolean {
    return this.#withdrawn.signal.aborted;
  }

  withdraw(): void {
    this.#withdrawn.abort();
  }
}
