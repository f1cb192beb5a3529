import { GatewayError } from '@switchyard/canonical';
import type { AttemptOpen } from '@switchyard/wire';

/** Node.js fires a longer timer at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Holds one signal over everything an attempt waits for: it aborts when the client leaves, when the first content is late
 * and when the whole attempt is, with a GatewayError as its reason. Close it.
 *
 * A request that is not streamed has neither headers nor content before the whole answer was made, so only its total
 * deadline bounds that wait. A deadline of zero is none.
 */
export class AttemptDeadlines {
  readonly #controller = new AbortController();
  readonly #client: AbortSignal;
  readonly #total: NodeJS.Timeout | undefined;
  readonly #firstContent: NodeJS.Timeout | undefined;

  constructor(open: AttemptOpen, client: AbortSignal) {
    const { totalMs, firstContentMs } = open.deadlines;
    this.#client = client;
    this.#total = this.#arm(totalMs, 'total_deadline', `the attempt was not finished within ${totalMs} ms`);
    if (open.stream) {
      this.#firstContent = this.#arm(
        firstContentMs,
        'upstream_timeout',
        `the upstream sent no content within ${firstContentMs} ms`,
      );
    }
    if (client.aborted) this.#leave();
    else client.addEventListener('abort', this.#leave, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
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
    clearTimeout(this.#firstContent);
  }

  /** Waits for a reader who is behind, but not beyond the signal. */
  async wait(reader: Promise<void>): Promise<void> {
    const { signal } = this;
    let onAbort: (() => void) | undefined;
    const aborted = new Promise<never>((_resolve, reject) => {
      onAbort = () => reject(signal.reason);
      signal.addEventListener('abort', onAbort, { once: true });
    });
    try {
      signal.throwIfAborted();
      await Promise.race([reader, aborted]);
    } finally {
      if (onAbort !== undefined) signal.removeEventListener('abort', onAbort);
    }
  }

  close(): void {
    clearTimeout(this.#total);
    clearTimeout(this.#firstContent);
    this.#client.removeEventListener('abort', this.#leave);
  }

  #arm(deadlineMs: number, code: 'total_deadline' | 'upstream_timeout', message: string): NodeJS.Timeout | undefined {
    if (deadlineMs <= 0) return undefined;
    const fire = (): void => this.#controller.abort(new GatewayError(code, message));
    return setTimeout(fire, Math.min(deadlineMs, LONGEST_TIMER_MS));
  }

  readonly #leave = (): void => {
    this.#controller.abort(new GatewayError('client_closed', 'the client went away'));
  };
}
