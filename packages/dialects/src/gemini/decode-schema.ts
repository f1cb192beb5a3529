import type { JsonObject } from '../dialect.js';
import { isJsonObject } from '../json/json-object.js';
import { withCamelKeys } from './wire-request.js';

/** Where the API writes counts as text, as protocol buffers do with 64-bit numbers. */
const COUNTS: readonly string[] = ['minItems', 'maxItems', 'minLength', 'maxLength', 'minProperties', 'maxProperties'];

/**
 * The API's own `Schema`, a subset of OpenAPI 3.0 with type names in capitals, as the JSON schema that means the same.
 * (Gemini API reference, Schema)
 */
export function decodeSchema(value: unknown): unknown {
  const schema = withCamelKeys(value);
  if (!isJsonObject(schema)) return schema;
  const { nullable, type, ...rest } = schema;
  const typeName = typeof type === 'string' ? type.toLowerCase() : type;
  const entries = Object.entries(rest).map(([key, item]) => [key, decodeKeyword(key, item)]);
  return {
    ...(typeName === undefined ? {} : { type: nullable === true ? [typeName, 'null'] : typeName }),
    ...Object.fromEntries(entries),
  };
}

function decodeKeyword(key: string, value: unknown): unknown {
  if (key === 'properties' && isJsonObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, schema]) => [name, decodeSchema(schema)]));
  }
  if (key === 'items') return decodeSchema(value);
  if (key === 'anyOf' && Array.isArray(value)) return value.map(decodeSchema);
  return COUNTS.includes(key) && typeof value === 'string' ? Number(value) : value;
}

/** The schema as an object of keywords; undefined for anything else. */
export function decodeObjectSchema(value: unknown): JsonObject | undefined {
  const schema = decodeSchema(value);
  return isJsonObject(schema) ? schema : undefined;
}
