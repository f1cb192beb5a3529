import { lookUp } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { compact, isJsonObject } from '../json/json-object.js';
import {
  createSchemaScope,
  expandSchema,
  ignore,
  mayCopy,
  type ExpandedSchema,
  type SchemaScope,
} from './expand-schema.js';
import { listOf } from './merge-schemas.js';

const TYPES: readonly string[] = ['string', 'number', 'integer', 'boolean', 'array', 'object', 'null'];

/** Formats that mean something there; others are refused by some endpoints. (Gemini API documentation, "Structured outputs") */
const FORMATS: readonly unknown[] = ['date-time', 'date', 'time', 'int32', 'int64', 'float', 'double', 'enum'];

/** What holds for one type only: anything beside it would be refused, and says nothing. */
const KEYWORDS_OF_TYPE: Readonly<Record<string, string>> = {
  properties: 'object',
  required: 'object',
  additionalProperties: 'object',
  propertyOrdering: 'object',
  items: 'array',
  prefixItems: 'array',
  minItems: 'array',
  maxItems: 'array',
};

/** Keywords that the projection reads; every other one becomes a hint. */
const READ: readonly string[] = [
  ...Object.keys(KEYWORDS_OF_TYPE),
  'type',
  'nullable',
  'enum',
  'anyOf',
  'format',
  'title',
  'description',
  'minimum',
  'maximum',
];

/** Keywords that constrain nothing: names, comments and where definitions are kept. */
const SILENT = /^(\$.*|x-.*|definitions|deprecated|readOnly|writeOnly)$/;

const MAX_HINT_LENGTH = 200;

/**
 * A JSON schema as `parametersJsonSchema` and `responseJsonSchema` take it. Both read `type`, `format`, `title`,
 * `description`, `enum` of strings and numbers, `items`, `prefixItems`, `minItems`, `maxItems`, `minimum`, `maximum`,
 * `anyOf`, `properties`, `additionalProperties`, `required` and `propertyOrdering`, and no more (Gemini API reference,
 * GenerationConfig.responseJsonSchema). That keeps more than the older `parameters` and `responseSchema`, which refuse
 * unknown keywords and know no `additionalProperties`, numbers in `enum` or lists of types. References are inlined:
 * the API takes them only in part. What it has no keyword for is told to the model in the description, and `onHint` is
 * called.
 */
export function projectSchema(schema: JsonObject, onHint: () => void = ignore): JsonObject {
  return projectNode(schema, createSchemaScope(schema, onHint));
}

function projectNode(node: unknown, outer: SchemaScope): JsonObject {
  if (!isJsonObject(node)) return {};
  const { schema, scope, hints } = expandSchema(node, outer);
  const branches = readBranches(schema);
  if (branches === undefined) return projectPlain(schema, scope, hints);
  if (branches.every(isOnlyRequirement)) {
    const sets = branches.map((branch) => listOf(isJsonObject(branch) ? branch['required'] : []).join(', '));
    return projectPlain({ ...schema, anyOf: undefined }, scope, [...hints, `required: one of ${sets.join(' | ')}`]);
  }
  return projectUnion({ schema, scope, hints }, branches);
}

/** The API refuses anything but a description beside `anyOf`, so each branch also gets what holds for all of them. */
function projectUnion({ schema, scope, hints }: ExpandedSchema, branches: readonly unknown[]): JsonObject {
  const { anyOf: union, type, nullable, description, title, ...rest } = schema;
  // Where the union is a list of types, its branches bring the types.
  const shared = Array.isArray(union) && type !== undefined ? { ...rest, type } : rest;
  const hasShared = Object.keys(shared).length > 0;
  if (hasShared && !mayCopy(scope, shared, branches.length)) {
    const told = keywordHints({ 'any of': branches });
    return projectPlain({ ...schema, anyOf: undefined }, scope, [...hints, ...told]);
  }
  const anyOf = branches.map((branch) => {
    const own = isJsonObject(branch) ? branch : {};
    return projectNode(hasShared ? { allOf: [shared, own] } : own, scope);
  });
  if (hints.length > 0 || title !== undefined) scope.onHint();
  const isNullable = nullable === true || listOf(type).includes('null');
  if (isNullable && !anyOf.some((branch) => listOf(branch['type']).includes('null'))) anyOf.push({ type: 'null' });
  const [only] = anyOf;
  const projected = only !== undefined && anyOf.length === 1 ? only : { anyOf };
  if (title === undefined || projected['anyOf'] === undefined)
    return describe({ title, ...projected }, description, hints);
  return describe(projected, description, [`title: ${String(title)}`, ...hints]);
}

/** The branches of a union, written as `anyOf` or as a list of types; undefined for a schema that is none. */
function readBranches({ anyOf, type }: JsonObject): readonly unknown[] | undefined {
  if (Array.isArray(anyOf) && anyOf.length > 0) return anyOf;
  const types = listOf(type).filter((name) => name !== 'null');
  return types.length > 1 ? types.map((name) => ({ type: name })) : undefined;
}

function isOnlyRequirement(branch: unknown): boolean {
  return (
    isJsonObject(branch) && Object.keys(branch).length > 0 && Object.keys(branch).every((key) => key === 'required')
  );
}

function projectPlain(schema: JsonObject, scope: SchemaScope, hints: readonly string[]): JsonObject {
  const type = readType(schema);
  const { kept, hints: enumHints } = projectEnum(schema['enum'], type);
  const fields = compact({
    title: typeof schema['title'] === 'string' ? schema['title'] : undefined,
    type: kept?.type ?? type,
    format: FORMATS.includes(schema['format']) ? schema['format'] : undefined,
    enum: kept?.values,
    minimum: schema['minimum'],
    maximum: schema['maximum'],
    ...projectObject(schema, scope),
    ...projectArray(schema, scope),
  });
  const fitting = Object.entries(fields).filter(([keyword]) => fits(keyword, fields.type));
  const all = [...hints, ...enumHints, ...keywordHints(schema)];
  if (all.length > 0) scope.onHint();
  return describe(Object.fromEntries(fitting), schema['description'], all);
}

function fits(keyword: string, type: unknown): boolean {
  const owner = lookUp(KEYWORDS_OF_TYPE, keyword);
  return owner === undefined || type === undefined || listOf(type).includes(owner);
}

/** The type as a name, or as a list with `null`; where it is not said, what the keywords speak of. */
function readType({ type, nullable, properties, items, prefixItems }: JsonObject): unknown {
  const names = listOf(type).filter((name) => typeof name === 'string' && TYPES.includes(name));
  if (names.length === 0 && isJsonObject(properties)) names.push('object');
  if (names.length === 0 && (items !== undefined || prefixItems !== undefined)) names.push('array');
  if (nullable === true && names.length > 0 && !names.includes('null')) names.push('null');
  return names.length > 1 ? names : names[0];
}

interface ProjectedEnum {
  readonly kept?: { readonly values: readonly unknown[]; readonly type: unknown } | undefined;
  readonly hints: readonly string[];
}

/** Strings, or numbers, that are not empty; `null` is a type there. Other lists become a hint. */
function projectEnum(values: unknown, type: unknown): ProjectedEnum {
  if (!Array.isArray(values)) return { hints: [] };
  const others = values.filter((value) => value !== null);
  const isText = others.every((value) => typeof value === 'string' && value !== '');
  const isNumeric = others.every((value) => typeof value === 'number');
  if (others.length === 0 || (!isText && !isNumeric)) {
    const hints = [`allowed: ${values.map((value) => JSON.stringify(value)).join(', ')}`];
    return values.length > others.length && others.length === 0
      ? { kept: undefined, hints: ['always null'] }
      : { hints };
  }
  const named = type ?? (isText ? 'string' : 'number');
  const isNullable = others.length < values.length && !listOf(named).includes('null');
  return { kept: { values: others, type: isNullable ? [...listOf(named), 'null'] : named }, hints: [] };
}

function projectObject(schema: JsonObject, scope: SchemaScope): JsonObject {
  const { properties, required, additionalProperties, propertyOrdering } = schema;
  const named = isJsonObject(properties) ? Object.entries(properties).filter(([, value]) => value !== false) : [];
  const projected = Object.fromEntries(named.map(([name, value]) => [name, projectNode(value, scope)]));
  const known = (list: unknown) =>
    listOf(list).filter((name) => typeof name === 'string' && Object.hasOwn(projected, name));
  return {
    properties: isJsonObject(properties) ? projected : undefined,
    required: known(required).length > 0 ? known(required) : undefined,
    additionalProperties: isJsonObject(additionalProperties)
      ? projectNode(additionalProperties, scope)
      : additionalProperties,
    propertyOrdering: known(propertyOrdering).length > 0 ? known(propertyOrdering) : undefined,
  };
}

/** A list of schemas as `items` is how older drafts write `prefixItems`. */
function projectArray({ items, prefixItems, minItems, maxItems }: JsonObject, scope: SchemaScope): JsonObject {
  const tuple = Array.isArray(prefixItems) ? prefixItems : Array.isArray(items) ? items : undefined;
  return {
    items: isJsonObject(items) ? projectNode(items, scope) : undefined,
    prefixItems: tuple?.map((item) => projectNode(item, scope)),
    minItems,
    maxItems,
  };
}

function keywordHints(schema: JsonObject): string[] {
  const hints: string[] = [];
  for (const [keyword, value] of Object.entries(schema)) {
    const isUnread = keyword === 'format' ? !FORMATS.includes(value) : !READ.includes(keyword);
    if (!isUnread || value === undefined || SILENT.test(keyword)) continue;
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    hints.push(`${keyword}: ${text.length > MAX_HINT_LENGTH ? `${text.slice(0, MAX_HINT_LENGTH)}…` : text}`);
  }
  return hints;
}

/** The fields with a description that also tells the hints. */
export function describe(fields: JsonObject, description: unknown, hints: readonly string[]): JsonObject {
  const own = [description, fields['description']].filter((text) => typeof text === 'string' && text !== '');
  const told = hints.length === 0 ? [] : [`(${[...new Set(hints)].join('; ')})`];
  const text = [own.join('\n'), ...told].filter((part) => part !== '').join(' ');
  return compact({ ...fields, description: text === '' ? undefined : text });
}
