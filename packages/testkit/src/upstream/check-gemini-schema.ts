import { isArray, isPresent, isRecord, type JsonRecord } from '../json-guards.js';
import type { Violations } from '../violations.js';

/** "Only the following properties are supported". (Gemini API reference, GenerationConfig.responseJsonSchema) */
const KEYWORDS = [
  'type',
  'format',
  'title',
  'description',
  'enum',
  'items',
  'prefixItems',
  'minItems',
  'maxItems',
  'minimum',
  'maximum',
  'anyOf',
  'properties',
  'additionalProperties',
  'required',
  'propertyOrdering',
];

/** What is wrong with a JSON schema, at any depth. References are legal there only in part, and refused here. */
export function checkGeminiSchema(violations: Violations, value: unknown, path: string): void {
  const schema = violations.record(value, path);
  if (schema === undefined) return;
  for (const keyword of Object.keys(schema)) {
    violations.require(KEYWORDS.includes(keyword), `${path}.${keyword}`, 'is not a supported keyword');
  }
  checkKeywords(violations, schema, path);
  const properties = isRecord(schema['properties']) ? schema['properties'] : {};
  for (const [name, child] of Object.entries(properties)) {
    checkGeminiSchema(violations, child, `${path}.properties.${name}`);
  }
  for (const keyword of ['items', 'additionalProperties']) {
    if (isRecord(schema[keyword])) checkGeminiSchema(violations, schema[keyword], `${path}.${keyword}`);
  }
  for (const keyword of ['anyOf', 'prefixItems']) {
    const children = schema[keyword];
    if (!isArray(children)) continue;
    for (const [index, child] of children.entries())
      checkGeminiSchema(violations, child, `${path}.${keyword}[${index}]`);
  }
}

function checkKeywords(violations: Violations, schema: JsonRecord, path: string): void {
  const { anyOf, enum: values, required, properties } = schema;
  if (isPresent(anyOf)) {
    const others = Object.keys(schema).filter((keyword) => keyword !== 'anyOf' && keyword !== 'description');
    violations.require(others.length === 0, path, `has ${others.join(', ')} beside anyOf`);
  }
  if (isArray(values)) {
    const legal = values.every((value) => (typeof value === 'string' && value !== '') || typeof value === 'number');
    violations.require(legal, `${path}.enum`, 'must hold strings that are not empty, or numbers');
  }
  if (isArray(required)) {
    const known = isRecord(properties) ? properties : {};
    const legal = required.every((name) => typeof name === 'string' && Object.hasOwn(known, name));
    violations.require(legal, `${path}.required`, 'names a property that is not defined');
  }
}
