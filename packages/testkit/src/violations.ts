import { isArray, isRecord, type JsonRecord } from './json-guards.js';

/** Collects what is wrong with a value, each with the path of the place. */
export class Violations {
  readonly list: string[] = [];

  add(path: string, problem: string): void {
    this.list.push(`${path}: ${problem}`);
  }

  require(holds: boolean, path: string, problem: string): void {
    if (!holds) this.add(path, problem);
  }

  /** The value as an object, or undefined after adding a violation. */
  record(value: unknown, path: string): JsonRecord | undefined {
    if (isRecord(value)) return value;
    this.add(path, 'must be an object');
    return undefined;
  }

  /** The value as a list with at least one entry; an empty list after adding a violation. */
  filledArray(value: unknown, path: string): readonly unknown[] {
    if (isArray(value) && value.length > 0) return value;
    this.add(path, 'must be a list with at least one entry');
    return [];
  }

  /** Absent is fine. */
  numberWithin(value: unknown, path: string, range: { readonly min: number; readonly max: number }): void {
    if (value === undefined || value === null) return;
    const within = typeof value === 'number' && value >= range.min && value <= range.max;
    this.require(within, path, `must be a number from ${range.min} to ${range.max}`);
  }

  /** Absent is fine. */
  integerFrom(value: unknown, path: string, min: number): void {
    if (value === undefined || value === null) return;
    this.require(Number.isInteger(value) && Number(value) >= min, path, `must be an integer of at least ${min}`);
  }

  /** Absent is fine. */
  oneOf(value: unknown, path: string, allowed: readonly unknown[]): void {
    if (value === undefined || value === null) return;
    this.require(allowed.includes(value), path, `must be one of ${allowed.join(', ')}, not ${JSON.stringify(value)}`);
  }

  /** Absent is fine. */
  boolean(value: unknown, path: string): void {
    if (value === undefined || value === null) return;
    this.require(typeof value === 'boolean', path, 'must be true or false');
  }
}
