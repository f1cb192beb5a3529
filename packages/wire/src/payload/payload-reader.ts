import { WireProtocolError } from '../frame/protocol-error.js';
import { ABSENT_LENGTH, NUMBERS_LENGTH_BYTES } from './payload-writer.js';

/** A string in a list takes at least its length. */
const MIN_STRING_BYTES = 4;

/**
 * Reads what a PayloadWriter wrote, field by field. Throws a WireProtocolError where the bytes are no payload; a value that
 * makes no sense is told by `problem`, as it concerns one attempt only. Fields that are optional may be missing at the end.
 */
export class PayloadReader {
  readonly #payload: Buffer;
  readonly #numbersEnd: number;
  readonly #text: string;
  #at = NUMBERS_LENGTH_BYTES;
  #textAt = 0;
  #problem: string | undefined;

  constructor(payload: Buffer) {
    if (payload.length < NUMBERS_LENGTH_BYTES) throw broken('is too short');
    this.#payload = payload;
    this.#numbersEnd = NUMBERS_LENGTH_BYTES + payload.readUInt32BE(0);
    if (this.#numbersEnd > payload.length) throw broken('has fewer numbers than it says');
    this.#text = payload.toString('utf8', this.#numbersEnd);
  }

  /** The first field whose value is not understood. */
  get problem(): string | undefined {
    return this.#problem;
  }

  flag(field: string): boolean {
    return this.optionalFlag() ?? this.#misunderstood(field, false);
  }

  optionalFlag(): boolean | undefined {
    if (this.#at === this.#numbersEnd) return undefined;
    const value = this.#payload[this.#take(1)];
    return value === 2 ? undefined : value === 1;
  }

  natural(): number {
    return this.#payload.readUInt32BE(this.#take(4));
  }

  number(field: string): number {
    return this.optionalNumber(field) ?? this.#misunderstood(field, 0);
  }

  optionalNumber(field: string): number | undefined {
    if (this.#at === this.#numbersEnd) return undefined;
    const value = this.#payload.readDoubleBE(this.#take(8));
    if (Number.isFinite(value)) return value;
    return Number.isNaN(value) ? undefined : this.#misunderstood(field, undefined);
  }

  string(field: string): string {
    return this.optionalString() ?? this.#misunderstood(field, '');
  }

  optionalString(): string | undefined {
    if (this.#at === this.#numbersEnd) return undefined;
    const length = this.natural();
    if (length === ABSENT_LENGTH) return undefined;
    const start = this.#textAt;
    this.#textAt += length;
    if (this.#textAt > this.#text.length) throw broken('has less text than it says');
    return this.#text.slice(start, this.#textAt);
  }

  strings(field: string): readonly string[] {
    const count = this.#count(MIN_STRING_BYTES);
    const values: string[] = [];
    for (let index = 0; index < count; index += 1) values.push(this.string(field));
    return values;
  }

  headers(): Readonly<Record<string, string>> {
    const count = this.#count(2 * MIN_STRING_BYTES);
    const headers: Record<string, string> = {};
    for (let index = 0; index < count; index += 1) {
      const name = this.string('headers');
      const value = this.string('headers');
      // No header has this name, and as a field it would be more than that.
      if (name !== '__proto__') headers[name] = value;
    }
    return headers;
  }

  /** Undefined where there is none. */
  json(): unknown {
    const text = this.optionalString();
    if (text === undefined) return undefined;
    try {
      return JSON.parse(text);
    } catch {
      throw broken('has JSON in it that is none');
    }
  }

  /** A record within JSON, if there is any. */
  record(field: string): Readonly<Record<string, unknown>> | undefined {
    const value = this.json();
    if (value === undefined || isRecord(value)) return value;
    return this.#misunderstood(field, undefined);
  }

  #count(minBytes: number): number {
    const count = this.natural();
    if (count * minBytes > this.#numbersEnd - this.#at) throw broken('has a longer list than it has numbers');
    return count;
  }

  #take(bytes: number): number {
    const at = this.#at;
    this.#at += bytes;
    if (this.#at > this.#numbersEnd) throw broken('ends within its numbers');
    return at;
  }

  #misunderstood<T>(field: string, standIn: T): T {
    this.#problem ??= field;
    return standIn;
  }
}

/** A payload that says something else than this version of the wire has: the attempt fails, the connection goes on. */
export class Misunderstood {
  /** The field; never its value. */
  readonly field: string;

  constructor(field: string) {
    this.field = field;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function broken(how: string): WireProtocolError {
  return new WireProtocolError('bad-payload', `a payload ${how}`);
}
