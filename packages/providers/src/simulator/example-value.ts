import { isObject, objectsOf, type JsonObject } from './json.js';

// A schema may nest without end; no example needs to.
const MAX_DEPTH = 8;

/**
 * A value that fits a tool's JSON Schema, always the same one: what the schema itself offers (`const`, `default`,
 * `examples`, `enum`) or else the plainest value of its type. References are not followed; `{}` stands for them.
 */
export function exampleValue(schema: unknown, depth = 0): unknown {
  if (!isObject(schema) || depth > MAX_DEPTH) return {};
  const offered = offeredValue(schema);
  if (offered !== undefined) return offered;
  const alternative = [...objectsOf(schema['anyOf']), ...objectsOf(schema['oneOf'])][0];
  if (alternative !== undefined) return exampleValue(alternative, depth + 1);

  switch (typeOf(schema)) {
    case 'string':
      return 'text';
    case 'integer':
    case 'number':
      return typeof schema['minimum'] === 'number' ? schema['minimum'] : 1;
    case 'boolean':
      return true;
    case 'null':
      return null;
    case 'array':
      return [exampleValue(schema['items'], depth + 1)];
    default:
      return exampleObject(schema, depth);
  }
}

function offeredValue(schema: JsonObject): unknown {
  if ('const' in schema) return schema['const'];
  if ('default' in schema) return schema['default'];
  for (const list of [schema['examples'], schema['enum']]) {
    if (Array.isArray(list) && list.length > 0) return list[0];
  }
  return undefined;
}

function typeOf(schema: JsonObject): unknown {
  const type = schema['type'];
  return Array.isArray(type) ? (type.find((name) => name !== 'null') ?? 'null') : type;
}

/** The required properties; all of them where the schema requires none. */
function exampleObject(schema: JsonObject, depth: number): JsonObject {
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  const chosen = Object.entries(properties).filter(([name]) => required.length === 0 || required.includes(name));
  return Object.fromEntries(chosen.map(([name, property]) => [name, exampleValue(property, depth + 1)]));
}
