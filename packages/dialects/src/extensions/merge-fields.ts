import type { JsonObject } from '../dialect.js';
import { isJsonObject } from '../json/json-object.js';

/** `fields` with those of `more` that it lacks, objects merged in depth. What `fields` says wins. */
export function withFields(fields: JsonObject, more: JsonObject): JsonObject {
  const merged: Record<string, unknown> = { ...fields };
  for (const [key, value] of Object.entries(more)) {
    const known = merged[key];
    if (isJsonObject(known) && isJsonObject(value)) merged[key] = withFields(known, value);
    else if (known === undefined) merged[key] = value;
  }
  return merged;
}

/**
 * What a field that came in several pieces of a stream amounts to: lists (token probabilities, citations) are joined,
 * objects merged in depth, anything else is replaced by the later piece.
 */
export function joinPieces(earlier: JsonObject, later: JsonObject): JsonObject {
  const joined: Record<string, unknown> = { ...earlier };
  for (const [key, value] of Object.entries(later)) {
    const known = joined[key];
    if (value === null || value === undefined) continue;
    if (Array.isArray(known) && Array.isArray(value)) joined[key] = [...known, ...value];
    else joined[key] = isJsonObject(known) && isJsonObject(value) ? joinPieces(known, value) : value;
  }
  return joined;
}
