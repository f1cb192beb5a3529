import type { HealthRecord } from '@switchyard/routing';

import type { RightAnswer } from './health-commands.js';
import { ProbeRights } from './probe-rights.js';

export interface ProbeKeeperOptions {
  /** A probe that tells nothing for so long may be sent again, in milliseconds. */
  readonly probeMs: number;
  /** How long a right that was won may go unused, in milliseconds. */
  readonly holdMs: number;
  /** Asks for rights; answers in the scopes' order. */
  win(scopes: readonly string[]): Promise<readonly RightAnswer[]>;
  /** Redis does not know of a record that this replica has, and did not a second before. */
  onUnshared(scope: string): void;
  onFailure(error: unknown): void;
  now(): number;
}

const SOON_MS = 2;
const ASKED_AT_ONCE = 256;
const UNSHARED_RETRY_MS = 1000;
const TIMER_AT_MOST_MS = 3_600_000;

/** Wins the rights to probes beforehand, with one timer for whichever is due next. */
export class ProbeKeeper {
  readonly #options: ProbeKeeperOptions;
  readonly #rights = new ProbeRights();
  /**
   * Scopes that Redis did not know of when it was last asked. Its answer may be ahead of the message that says that the scope is well
   * again, which comes on another connection: who shared the record at once would bring it back for everybody.
   */
  readonly #doubted = new Set<string>();
  #isAlone = true;
  #timer: NodeJS.Timeout | undefined;
  #timerAtMs = Number.POSITIVE_INFINITY;

  constructor(options: ProbeKeeperOptions) {
    this.#options = options;
  }

  /** Follows what becomes of a record. */
  follow(scope: string, record: HealthRecord | undefined): void {
    this.#doubted.delete(scope);
    this.#askAt(this.#rights.follow(scope, record));
  }

  /** Uses the right to a probe; without one, has it asked for. */
  take(scope: string): 'taken' | 'taken-alone' | 'no' {
    const nowMs = this.#options.now();
    const terms = { nowMs, probeMs: this.#options.probeMs };
    if (this.#rights.take(scope, terms)) return 'taken';
    if (this.#isAlone) return this.#rights.takeAlone(scope, terms) ? 'taken-alone' : 'no';
    this.#askAt(this.#rights.want(scope, nowMs));
    return 'no';
  }

  join(): void {
    this.#isAlone = false;
    this.#askAt(this.#options.now());
  }

  part(): void {
    this.#isAlone = true;
    this.#timerAtMs = Number.POSITIVE_INFINITY;
    clearTimeout(this.#timer);
  }

  #askAt(atMs: number | undefined): void {
    if (this.#isAlone || atMs === undefined || atMs >= this.#timerAtMs) return;
    clearTimeout(this.#timer);
    this.#timerAtMs = atMs;
    const waitMs = Math.min(TIMER_AT_MOST_MS, Math.max(SOON_MS, atMs - this.#options.now()));
    this.#timer = setTimeout(() => void this.#ask(), waitMs).unref();
  }

  async #ask(): Promise<void> {
    this.#timerAtMs = Number.POSITIVE_INFINITY;
    const askedAtMs = this.#options.now();
    const { scopes, nextMs } = this.#rights.due(askedAtMs, ASKED_AT_ONCE);
    this.#askAt(nextMs);
    if (scopes.length === 0) return;
    try {
      const answers = await this.#options.win(scopes);
      scopes.forEach((scope, index) => this.#learn(scope, { answer: answers[index], askedAtMs }));
    } catch (error) {
      this.#options.onFailure(error);
    }
  }

  #learn(
    scope: string,
    { answer, askedAtMs }: { readonly answer: RightAnswer | undefined; readonly askedAtMs: number },
  ): void {
    const { holdMs, now } = this.#options;
    switch (answer?.type) {
      case 'won':
        // Used a little earlier than it ends, so that Redis hears of the use in time.
        this.#rights.won(scope, { heldUntilMs: askedAtMs + 0.75 * holdMs, takenUntilMs: askedAtMs + holdMs });
        return;
      case 'early':
        this.#askAt(this.#rights.retry(scope, now() + answer.waitMs));
        return;
      case 'taken':
        this.#rights.lost(scope, now() + answer.waitMs);
        return;
      case 'unshared':
        this.#doubt(scope, now() + UNSHARED_RETRY_MS);
    }
  }

  #doubt(scope: string, laterMs: number): void {
    if (this.#doubted.delete(scope)) {
      this.#rights.lost(scope, laterMs);
      this.#options.onUnshared(scope);
      return;
    }
    const askAtMs = this.#rights.retry(scope, laterMs);
    if (askAtMs === undefined) return;
    this.#doubted.add(scope);
    this.#askAt(askAtMs);
  }
}
