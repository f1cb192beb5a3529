import type { JsonObject } from '../dialect.js';
import { isJsonObject } from '../json/json-object.js';
import { ignore } from './expand-schema.js';
import { listOf } from './merge-schemas.js';
import { describe, projectSchema } from './project-schema.js';

/**
 * The schema of a tool's arguments, which must be one object. A union of objects becomes the object that has all their
 * properties, with the combinations as a hint. Undefined for a tool without arguments, which says nothing.
 * (Gemini API reference, FunctionDeclaration.parametersJsonSchema)
 */
export function projectParameters(parameters: JsonObject, onHint: () => void = ignore): JsonObject | undefined {
  const projected = projectSchema(parameters, onHint);
  const { anyOf } = projected;
  if (Array.isArray(anyOf)) onHint();
  const schema = Array.isArray(anyOf) ? joinBranches(projected, anyOf.filter(isJsonObject)) : projected;
  const { additionalProperties } = schema;
  const properties = isJsonObject(schema['properties']) ? schema['properties'] : {};
  const isOpen = additionalProperties !== undefined && additionalProperties !== false;
  if (Object.keys(properties).length === 0 && !isOpen) return undefined;
  return { ...schema, type: 'object' };
}

function joinBranches(
  { anyOf: _anyOf, description, ...rest }: JsonObject,
  branches: readonly JsonObject[],
): JsonObject {
  const objects = branches.filter((branch) => isJsonObject(branch['properties']));
  const properties: Record<string, unknown> = {};
  for (const branch of objects) {
    for (const [name, schema] of Object.entries(branch['properties'] ?? {})) {
      properties[name] = Object.hasOwn(properties, name) ? either(properties[name], schema) : schema;
    }
  }
  const required = Object.keys(properties).filter((name) => {
    return objects.every((branch) => listOf(branch['required']).includes(name));
  });
  const combinations = objects.map((branch) => listOf(branch['required']).join(', ') || 'nothing');
  const joined = { ...rest, type: 'object', properties, ...(required.length === 0 ? {} : { required }) };
  return describe(joined, description, [`required: one of ${combinations.join(' | ')}`]);
}

function either(left: unknown, right: unknown): unknown {
  if (JSON.stringify(left) === JSON.stringify(right)) return left;
  const known = isJsonObject(left) && Array.isArray(left['anyOf']) ? left['anyOf'] : [left];
  return { anyOf: [...known, right] };
}
