import { createJsonArrayFraming, createSseScanner, type JsonArrayFraming } from '@switchyard/dialects';

/** Puts events, as server-sent events have them, into one JSON array instead. */
export class JsonArrayEvents {
  readonly #scanner = createSseScanner();
  readonly #array: JsonArrayFraming;

  /** `isBegun` where the array has elements already. */
  constructor({ isBegun }: { readonly isBegun: boolean }) {
    this.#array = createJsonArrayFraming({ isBegun });
  }

  next(bytes: readonly Buffer[]): readonly Buffer[] {
    return toBytes(bytes.flatMap((piece) => this.#scanner.push(piece)).map((event) => this.#array.next(event)));
  }

  /** The end of the array, and before it an event that had no blank line after it. */
  end(): readonly Buffer[] {
    return toBytes([...this.#scanner.end().map((event) => this.#array.next(event)), this.#array.end()]);
  }
}

function toBytes(texts: readonly string[]): readonly Buffer[] {
  return texts.length === 0 ? [] : [Buffer.from(texts.join(''))];
}
