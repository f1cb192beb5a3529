import type { JsonObject } from '../dialect.js';
import { isJsonObject } from '../json/json-object.js';
import { listOf, mergeSchemas } from './merge-schemas.js';

/** What a projection has at hand while it goes down a schema. */
export interface SchemaScope {
  readonly root: JsonObject;
  /** The references that led here: one that comes again is recursive. */
  readonly references: readonly string[];
  readonly depth: number;
  /** How many characters of schema may still be copied: references and unions multiply, and a client decides on both. */
  readonly copies: { left: number };
  readonly onHint: () => void;
}

/** Deeper than any tool's; a bound for references that lead from one deep schema into the next. */
const MAX_DEPTH = 100;
const MAX_COPIED_CHARACTERS = 200_000;

/** For whoever does not want to know. */
export function ignore(): void {}

export function createSchemaScope(root: JsonObject, onHint: () => void): SchemaScope {
  return { root, references: [], depth: 0, copies: { left: MAX_COPIED_CHARACTERS }, onHint };
}

/** Whether a piece of schema may be written so many times more. */
export function mayCopy(scope: SchemaScope, piece: JsonObject, times: number): boolean {
  scope.copies.left -= JSON.stringify(piece).length * times;
  return scope.copies.left >= 0;
}

export interface ExpandedSchema {
  /** Without references, `allOf`, `oneOf` and `const`. */
  readonly schema: JsonObject;
  readonly scope: SchemaScope;
  readonly hints: readonly string[];
}

/** The keywords of a schema and of all that it refers to or is made of, as one flat set. */
export function expandSchema(schema: JsonObject, outer: SchemaScope): ExpandedSchema {
  const scope = { ...outer, depth: outer.depth + 1 };
  if (scope.depth > MAX_DEPTH) return { schema: {}, scope, hints: ['any value; its schema is too deep to tell'] };
  const { $ref: reference, allOf, oneOf, const: constant, ...own } = schema;
  let expanded: ExpandedSchema = { schema: own, scope, hints: [] };
  if (constant !== undefined) expanded = withSchema(expanded, { enum: [constant] });
  if (Array.isArray(oneOf)) expanded = withSchema(expanded, { anyOf: oneOf });
  if (typeof reference === 'string') expanded = withReference(expanded, reference);
  for (const part of listOf(allOf)) {
    if (!isJsonObject(part)) continue;
    const inner = expandSchema(part, expanded.scope);
    const hints = [...expanded.hints, ...inner.hints];
    expanded = { schema: mergeSchemas(expanded.schema, inner.schema), scope: inner.scope, hints };
  }
  return expanded;
}

function withSchema(expanded: ExpandedSchema, more: JsonObject): ExpandedSchema {
  return { ...expanded, schema: mergeSchemas(expanded.schema, more) };
}

function withReference({ schema, scope, hints }: ExpandedSchema, reference: string): ExpandedSchema {
  const name = reference.split('/').at(-1) ?? reference;
  const target = findTarget(scope.root, reference);
  if (target === undefined) return { schema, scope, hints: [...hints, `see ${reference}`] };
  if (scope.references.includes(reference) || !mayCopy(scope, target, 1)) {
    const { type } = target;
    const known = type === undefined ? schema : { type, ...schema };
    return { schema: known, scope, hints: [...hints, `of the shape ${name}`] };
  }
  const inner = expandSchema(target, { ...scope, references: [...scope.references, reference] });
  const { description, ...rest } = inner.schema;
  // What stands beside a reference describes this use of it.
  const described = schema['description'] === undefined && description !== undefined ? { ...rest, description } : rest;
  return { schema: mergeSchemas(described, schema), scope: inner.scope, hints: [...hints, ...inner.hints] };
}

/** The schema a local JSON pointer leads to. (RFC 6901) */
function findTarget(root: JsonObject, reference: string): JsonObject | undefined {
  if (reference !== '#' && !reference.startsWith('#/')) return undefined;
  let value: unknown = root;
  for (const step of reference.split('/').slice(1)) {
    const key = decodeURIComponentOr(step).replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(value)) value = value[Number(key)];
    else value = isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }
  return isJsonObject(value) ? value : undefined;
}

function decodeURIComponentOr(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}
