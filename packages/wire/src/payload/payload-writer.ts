import { COPY_LIMIT_BYTES } from '../frame/frame-batch.js';

/** What a payload begins with: how long its numbers are. */
export const NUMBERS_LENGTH_BYTES = 4;

/** Stands for a string that is absent, in place of its length. */
export const ABSENT_LENGTH = 0xffff_ffff;

/** The most that one UTF-16 unit takes in UTF-8. */
const MAX_BYTES_PER_UNIT = 3;

/** Beyond this the space for numbers is not kept for the next payload. */
const MAX_KEPT_BYTES = 64 * 1024;

/**
 * Puts a payload together: all numbers first, then the text of all strings in one piece, so that a string costs its length
 * here and is converted with the others. docs/wire-protocol.md has the layout.
 */
export class PayloadWriter {
  #bytes = Buffer.allocUnsafeSlow(COPY_LIMIT_BYTES);
  #end = NUMBERS_LENGTH_BYTES;
  #text = '';

  /** Begins a payload. One that was not finished, as a value of it could not be written, is forgotten. */
  begin(): this {
    this.#end = NUMBERS_LENGTH_BYTES;
    this.#text = '';
    return this;
  }

  flag(value: boolean | undefined): this {
    this.#reserve(1);
    this.#bytes[this.#end] = value === undefined ? 2 : Number(value);
    this.#end += 1;
    return this;
  }

  natural(value: number): this {
    this.#reserve(4);
    this.#bytes.writeUInt32BE(value, this.#end);
    this.#end += 4;
    return this;
  }

  /** NaN stands for a number that is absent. */
  number(value: number | undefined): this {
    this.#reserve(8);
    this.#bytes.writeDoubleBE(value ?? Number.NaN, this.#end);
    this.#end += 8;
    return this;
  }

  string(value: string | undefined): this {
    if (value === undefined) return this.natural(ABSENT_LENGTH);
    this.#text += value;
    return this.natural(value.length);
  }

  strings(values: readonly string[]): this {
    this.natural(values.length);
    for (const value of values) this.string(value);
    return this;
  }

  headers(headers: Readonly<Record<string, string>>): this {
    const countAt = this.#end;
    let count = 0;
    this.natural(0);
    for (const name in headers) {
      const value = headers[name];
      if (value === undefined) continue;
      this.string(name).string(value);
      count += 1;
    }
    this.#bytes.writeUInt32BE(count, countAt);
    return this;
  }

  /** As JSON; for what is rare, or of no fixed shape. */
  json(value: unknown): this {
    return this.string(value === undefined ? undefined : JSON.stringify(value));
  }

  /** The payload. One of up to COPY_LIMIT_BYTES is good until the next is begun: a frame takes it by copy. */
  finish(): Buffer {
    const text = this.#text;
    const numbers = this.#bytes;
    const numbersEnd = this.#end;
    this.begin();
    numbers.writeUInt32BE(numbersEnd - NUMBERS_LENGTH_BYTES, 0);
    if (numbersEnd + text.length * MAX_BYTES_PER_UNIT <= COPY_LIMIT_BYTES) {
      return numbers.subarray(0, numbersEnd + numbers.write(text, numbersEnd));
    }
    if (numbers.length > MAX_KEPT_BYTES) this.#bytes = Buffer.allocUnsafeSlow(COPY_LIMIT_BYTES);
    const payload = Buffer.allocUnsafe(numbersEnd + Buffer.byteLength(text));
    numbers.copy(payload, 0, 0, numbersEnd);
    payload.write(text, numbersEnd);
    return payload;
  }

  #reserve(bytes: number): void {
    if (this.#end + bytes <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(this.#bytes.length * 2);
    this.#bytes.copy(larger, 0, 0, this.#end);
    this.#bytes = larger;
  }
}
