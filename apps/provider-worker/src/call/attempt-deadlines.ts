import { GatewayError } from '@switchyard/canonical';
import { Cancellation, type AttemptOpen, type AttemptSignal } from '@switchyard/wire';

import type { YoungWait, YoungWaits } from './young-waits.js';

/** Shorter waits end when they say; longer ones are looked at on the way. */
const EXACT_MS = 1_024;
/** Node.js fires a timer of more than 2 ** 31 - 1 at once. */
const LONGEST_TIMER_MS = 2 ** 30;

/**
 * Holds one signal over everything an attempt waits for: it aborts when the client leaves, when the first content is late
 * and when the whole attempt is, with a GatewayError as its reason. Close it.
 *
 * A request that is not streamed has neither headers nor content before the whole answer was made, so only its total
 * deadline bounds that wait. A deadline of zero is none. One timer serves both: it is for the one that comes first, and is
 * not touched when content comes. An attempt that is over soon has none of its own.
 */
export class AttemptDeadlines implements YoungWait {
  place = -1;
  readonly signal = new Cancellation();
  readonly #client: AttemptSignal;
  readonly #startedAtMs = performance.now();
  readonly #totalMs: number;
  #firstContentMs: number;
  readonly #young: YoungWaits;
  #timer: NodeJS.Timeout | undefined = undefined;

  constructor(open: Pick<AttemptOpen, 'deadlines' | 'stream'>, client: AttemptSignal, young: YoungWaits) {
    const { totalMs, firstContentMs } = open.deadlines;
    this.#client = client;
    this.#totalMs = totalMs;
    this.#firstContentMs = open.stream ? firstContentMs : 0;
    this.#young = young;
    if (this.#firstMs() > EXACT_MS) young.add(this);
    else this.#arm(0);
    if (client.aborted) this.handleEvent();
    else client.addEventListener('abort', this);
  }

  /** Whether it was the client that ended the attempt. */
  get cancelled(): boolean {
    return this.#client.aborted;
  }

  /** Why the signal aborted, if it did. */
  get reason(): GatewayError | undefined {
    const reason: unknown = this.signal.reason;
    return reason instanceof GatewayError ? reason : undefined;
  }

  contentCame(): void {
    this.#firstContentMs = 0;
  }

  /** Waits for a reader who is behind, but not beyond the signal. */
  async wait(reader: Promise<void>): Promise<void> {
    const { signal } = this;
    if (signal.aborted) throw signal.reason;
    let onAbort = (): void => {};
    const aborted = new Promise<never>((_resolve, reject) => {
      onAbort = () => reject(signal.reason);
    });
    signal.addEventListener('abort', onAbort);
    try {
      await Promise.race([reader, aborted]);
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  close(): void {
    this.#young.remove(this);
    clearTimeout(this.#timer);
    this.#client.removeEventListener('abort', this);
  }

  growUp(): void {
    this.#arm(performance.now() - this.#startedAtMs);
  }

  /** The deadline that comes first, zero for none. */
  #firstMs(): number {
    return earlier(this.#totalMs, this.#firstContentMs);
  }

  #arm(elapsedMs: number): void {
    const next = this.#firstMs();
    if (next > 0) this.#timer = setTimeout(this.#check, timerMs(next - elapsedMs));
  }

  readonly #check = (): void => {
    const elapsedMs = performance.now() - this.#startedAtMs;
    if (isOver(this.#totalMs, elapsedMs)) {
      this.#abort('total_deadline', `the attempt was not finished within ${this.#totalMs} ms`);
    } else if (isOver(this.#firstContentMs, elapsedMs)) {
      this.#abort('upstream_timeout', `the upstream sent no content within ${this.#firstContentMs} ms`);
    } else {
      this.#arm(elapsedMs);
    }
  };

  /** The client's signal. */
  handleEvent(): void {
    this.#abort('client_closed', 'the client went away');
  }

  #abort(code: 'total_deadline' | 'upstream_timeout' | 'client_closed', message: string): void {
    this.signal.abort(new GatewayError(code, message));
  }
}

/** The deadline that comes first, of those that there are. */
function earlier(one: number, other: number): number {
  if (one <= 0 || other <= 0) return Math.max(one, other);
  return Math.min(one, other);
}

function isOver(deadlineMs: number, elapsedMs: number): boolean {
  return deadlineMs > 0 && elapsedMs >= deadlineMs;
}

/**
 * How long to sleep at once. Long waits go by powers of two, as Node.js keeps a list of timers for each duration: waits that
 * differ by the millisecond, as what is left of a request's time does, would each have to make one.
 */
function timerMs(leftMs: number): number {
  if (leftMs < EXACT_MS) return Math.max(1, Math.ceil(leftMs));
  return 2 ** (31 - Math.clz32(Math.min(leftMs, LONGEST_TIMER_MS)));
}
