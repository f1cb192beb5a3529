import type { JsonObject } from '../dialect.js';
import { isJsonObject } from '../json/json-object.js';
import { objectsOf, stringOf } from '../json/read-json.js';

/**
 * The arguments after one more message of a streamed call. Each piece says by a JSON path where its value belongs; the
 * pieces of one string follow each other. (Vertex AI API reference, PartialArg)
 */
export function addPartialArgs(args: JsonObject, partialArgs: unknown): JsonObject {
  let added = args;
  for (const piece of objectsOf(partialArgs)) {
    const next = setAt(added, readPath(stringOf(piece['jsonPath']) ?? ''), readValue(piece));
    if (isJsonObject(next)) added = next;
  }
  return added;
}

function readValue(piece: JsonObject): unknown {
  return piece['stringValue'] ?? piece['numberValue'] ?? piece['boolValue'] ?? null;
}

/** The steps of `$.a['b'].c[0]`. */
function readPath(path: string): (string | number)[] {
  return [...path.matchAll(/\.([^.[\]]+)|\[(\d+)\]|\['([^']*)'\]|\["([^"]*)"\]/g)].map(
    ([, dotted, index, single, double]) => {
      return index === undefined ? (dotted ?? single ?? double ?? '') : Number(index);
    },
  );
}

function setAt(target: unknown, [step, ...rest]: readonly (string | number)[], value: unknown): unknown {
  if (step === undefined) {
    return typeof target === 'string' && typeof value === 'string' ? target + value : value;
  }
  if (typeof step === 'number') {
    const list: readonly unknown[] = Array.isArray(target) ? target : [];
    const at = Math.min(step, list.length);
    return [...list.slice(0, at), setAt(list[at], rest, value), ...list.slice(at + 1)];
  }
  const object = isJsonObject(target) ? target : {};
  const known = Object.hasOwn(object, step) ? object[step] : undefined;
  return { ...object, [step]: setAt(known, rest, value) };
}
