/** What was opened, to be closed in reverse. */
export class Closing {
  readonly #closers: (() => Promise<unknown>)[] = [];

  add(close: () => Promise<unknown>): void {
    this.#closers.push(close);
  }

  /** Closes everything, also where something cannot be closed. */
  async close(): Promise<void> {
    for (const close of this.#closers.splice(0).reverse()) await close().catch(() => undefined);
  }

  /** Runs what opens things; where that fails, all of them are closed. */
  static async opening<T>(open: (closing: Closing) => Promise<T>): Promise<T> {
    const closing = new Closing();
    try {
      return await open(closing);
    } catch (error) {
      await closing.close();
      throw error;
    }
  }
}
