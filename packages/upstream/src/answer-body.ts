import type { AnswerStream } from './upstream-call.js';

/** Chunks that wait for a reader beyond this many bytes stop the socket. */
const HIGH_WATER_BYTES = 64 * 1024;

export interface AnswerBodyHooks {
  /** The reader took everything that had been pushed. */
  onDrain(): void;
  /** The reader left before the end. */
  onAbandon(): void;
}

interface Waiter {
  resolve(result: IteratorResult<Buffer>): void;
  reject(error: Error): void;
}

/** The bytes of an answer between the socket that pushes and the loop that pulls. For one reader. */
export class AnswerBody implements AnswerStream {
  readonly #hooks: AnswerBodyHooks;
  #chunks: Buffer[] = [];
  #bufferedBytes = 0;
  #over = false;
  #error: Error | undefined;
  #waiter: Waiter | undefined;

  constructor(hooks: AnswerBodyHooks) {
    this.#hooks = hooks;
  }

  /** Whether a reader waits for bytes that have not come. */
  get hungry(): boolean {
    return this.#waiter !== undefined;
  }

  /** Whether the reader is so far behind that the socket should rest. */
  get full(): boolean {
    return this.#bufferedBytes >= HIGH_WATER_BYTES;
  }

  push(chunk: Buffer): void {
    const waiter = this.#takeWaiter();
    if (waiter !== undefined) {
      waiter.resolve({ done: false, value: chunk });
      return;
    }
    this.#chunks.push(chunk);
    this.#bufferedBytes += chunk.length;
  }

  end(): void {
    this.#over = true;
    this.#takeWaiter()?.resolve({ done: true, value: undefined });
  }

  /** Ends with an error, after the chunks that had already come. */
  fail(error: Error): void {
    this.#over = true;
    const waiter = this.#takeWaiter();
    if (waiter === undefined) this.#error = error;
    else waiter.reject(error);
  }

  /** Throws away what nobody has read. */
  discard(): void {
    this.#chunks = [];
    this.#bufferedBytes = 0;
  }

  next(): Promise<IteratorResult<Buffer>> {
    const chunk = this.#chunks.shift();
    if (chunk !== undefined) {
      this.#bufferedBytes -= chunk.length;
      if (this.#bufferedBytes === 0 && !this.#over) this.#hooks.onDrain();
      return Promise.resolve({ done: false, value: chunk });
    }
    if (this.#error !== undefined) {
      const error = this.#error;
      this.#error = undefined;
      return Promise.reject(error);
    }
    if (this.#over) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject };
      this.#hooks.onDrain();
    });
  }

  takeWhole(limitBytes: number): Buffer | undefined {
    if (!this.#over || this.#error !== undefined || this.#bufferedBytes > limitBytes) return undefined;
    const chunks = this.#chunks;
    const [only] = chunks;
    const whole = chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, this.#bufferedBytes);
    this.discard();
    return whole;
  }

  return(): Promise<IteratorResult<Buffer>> {
    this.discard();
    if (!this.#over) {
      this.#over = true;
      this.#hooks.onAbandon();
    }
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #takeWaiter(): Waiter | undefined {
    const waiter = this.#waiter;
    this.#waiter = undefined;
    return waiter;
  }
}
