import type { JsonObject } from '../dialect.js';
import { isJsonObject } from '../json/json-object.js';

/** The schema that holds where both hold, as near as plain keywords can say it. */
export function mergeSchemas(left: JsonObject, right: JsonObject): JsonObject {
  const merged: Record<string, unknown> = { ...left };
  for (const [keyword, value] of Object.entries(right)) {
    merged[keyword] = Object.hasOwn(left, keyword) ? mergeKeyword(keyword, left[keyword], value) : value;
  }
  return merged;
}

function mergeKeyword(keyword: string, left: unknown, right: unknown): unknown {
  switch (keyword) {
    case 'properties':
      return isJsonObject(left) && isJsonObject(right) ? mergeProperties(left, right) : right;
    case 'items':
      return both(left, right);
    case 'required':
      return [...new Set([...listOf(left), ...listOf(right)])];
    case 'type':
    case 'enum':
      return intersect(left, right);
    case 'additionalProperties':
      return left === false ? false : right;
    case 'description':
      return left === right ? left : `${String(left)}\n${String(right)}`;
    case 'minimum':
    case 'minItems':
    case 'minLength':
      return Math.max(Number(left), Number(right));
    case 'maximum':
    case 'maxItems':
    case 'maxLength':
      return Math.min(Number(left), Number(right));
    case 'anyOf':
      return crossed(listOf(left), listOf(right));
    default:
      return right;
  }
}

function mergeProperties(left: JsonObject, right: JsonObject): JsonObject {
  const merged: Record<string, unknown> = { ...left };
  for (const [name, schema] of Object.entries(right)) {
    merged[name] = Object.hasOwn(left, name) ? both(left[name], schema) : schema;
  }
  return merged;
}

function both(left: unknown, right: unknown): unknown {
  if (!isJsonObject(left)) return left === false ? false : right;
  return isJsonObject(right) ? { allOf: [left, right] } : left;
}

/** Unions with more pairs than this keep their first half: pairs multiply. */
const MAX_PAIRS = 36;

/** One of these and one of those is one of their pairs. */
function crossed(left: readonly unknown[], right: readonly unknown[]): readonly unknown[] {
  if (left.length * right.length > MAX_PAIRS) return left;
  return left.flatMap((one) => right.map((other) => ({ allOf: [one, other] })));
}

/** What both allow; the first alone where they contradict each other. */
function intersect(left: unknown, right: unknown): unknown {
  const allowed = listOf(right).map((value) => JSON.stringify(value));
  const common = listOf(left).filter((value) => allowed.includes(JSON.stringify(value)));
  if (common.length === 0) return left;
  return Array.isArray(left) ? common : common[0];
}

/** A list as it is, and any other value as the only one of its list. */
export function listOf(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
