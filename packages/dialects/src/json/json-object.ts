import type { JsonObject } from '../dialect.js';

/** Whether a value is a JSON object, and not an array or null. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value of a JSON text; undefined when it is none. */
export function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

/**
 * The fields of an object that are not among the known ones, undefined when none is left.
 * A field that is null or undefined says nothing in any of our dialects, so it is left out.
 */
export function restOf(object: JsonObject, known: readonly string[]): JsonObject | undefined {
  let rest: Record<string, unknown> | undefined;
  for (const [key, value] of Object.entries(object)) {
    if (value === null || value === undefined || known.includes(key)) continue;
    rest ??= {};
    rest[key] = value;
  }
  return rest;
}

/** An object's entries without the undefined ones, so that equality does not depend on keys that hold nothing. */
export function compact<Value extends object>(value: Value): Value {
  const copy = { ...value };
  for (const [key, item] of Object.entries(copy)) {
    if (item === undefined) Reflect.deleteProperty(copy, key);
  }
  return copy;
}
