import { readFileSync } from 'node:fs';

import { isArray, isRecord, parseJson, type JsonRecord } from '../json-guards.js';
import { repositoryFile } from '../repository.js';
import { Violations } from '../violations.js';

/** OpenAI's own description of its API, where it lies beside the repository (`../shared/specs`). */
export interface OpenaiSpecification {
  /** False where the file does not exist: then tests are to say that they skip. */
  readonly present: boolean;
  /**
   * What is wrong with a value by one of the schemas, such as `Response`.
   *
   * @throws Error for a schema that does not exist.
   */
  check(schema: string, value: unknown): readonly string[];
}

export function openaiSpecification(): OpenaiSpecification {
  const schemas = readSchemas(repositoryFile('../shared/specs/openai-openapi.json'));
  return {
    present: schemas !== undefined,
    check: (schema, value) => {
      const violations = new Violations();
      checkValue(
        { schemas: schemas ?? {}, violations },
        { $ref: `#/components/schemas/${schema}` },
        { value, path: schema },
      );
      return violations.list;
    },
  };
}

function readSchemas(path: string): JsonRecord | undefined {
  try {
    const document = parseJson(readFileSync(path, 'utf8'));
    const components = isRecord(document) ? document['components'] : undefined;
    return isRecord(components) && isRecord(components['schemas']) ? components['schemas'] : undefined;
  } catch {
    return undefined;
  }
}

interface Check {
  readonly schemas: JsonRecord;
  readonly violations: Violations;
}

interface Place {
  readonly value: unknown;
  readonly path: string;
}

/** The keywords of JSON Schema that the specification uses for answers; formats, descriptions and defaults check nothing. */
function checkValue(check: Check, schema: JsonRecord, place: Place): void {
  const { value, path } = place;
  if (typeof schema['$ref'] === 'string') return checkValue(check, resolve(check, schema['$ref']), place);
  if (value === null && schema['nullable'] === true) return undefined;
  for (const part of schemasOf(schema['allOf'])) checkValue(check, part, place);
  checkBranches(check, schema, place);
  if (isArray(schema['enum'])) check.violations.oneOf(value ?? 'null', path, schema['enum']);
  if (schema['type'] !== undefined && !hasType(value, schema['type'])) {
    return check.violations.add(
      path,
      `must be of type ${JSON.stringify(schema['type'])}, not ${JSON.stringify(value)}`,
    );
  }
  if (isRecord(value)) checkObject(check, schema, { value, path });
  if (isArray(value)) checkArray(check, schema, { value, path });
  if (typeof value === 'string') checkText(check, schema, { value, path });
  if (typeof value === 'number') {
    const { minimum, maximum } = schema;
    if (typeof minimum === 'number') check.violations.require(value >= minimum, path, `must be at least ${minimum}`);
    if (typeof maximum === 'number') check.violations.require(value <= maximum, path, `must be at most ${maximum}`);
  }
  return undefined;
}

function resolve({ schemas }: Check, reference: string): JsonRecord {
  const schema = schemas[reference.slice(reference.lastIndexOf('/') + 1)];
  if (!isRecord(schema)) throw new Error(`the specification has no ${reference}`);
  return schema;
}

/** One branch has to fit. Where none does, the complaints are those of the one that comes nearest. */
function checkBranches(check: Check, schema: JsonRecord, place: Place): void {
  const branches = [...schemasOf(schema['anyOf']), ...schemasOf(schema['oneOf'])];
  if (branches.length === 0) return;
  const likely = branches.filter((branch) => mayBeOf(check, branch, place.value));
  let nearest: readonly string[] | undefined;
  for (const branch of likely.length === 0 ? branches : likely) {
    const violations = new Violations();
    checkValue({ ...check, violations }, branch, place);
    if (violations.list.length === 0) return;
    if (nearest === undefined || violations.list.length < nearest.length) nearest = violations.list;
  }
  check.violations.list.push(...(nearest ?? []));
}

/** Whether an object's `type` is the one that the branch is about: looking at all the others would take very long. */
function mayBeOf(check: Check, branch: JsonRecord, value: unknown): boolean {
  if (!isRecord(value) || value['type'] === undefined) return true;
  const schema = typeof branch['$ref'] === 'string' ? resolve(check, branch['$ref']) : branch;
  const properties = isRecord(schema['properties']) ? schema['properties'] : {};
  const types = isRecord(properties['type']) ? properties['type']['enum'] : undefined;
  return !isArray(types) || types.includes(value['type']);
}

function checkObject(check: Check, schema: JsonRecord, { value, path }: { value: JsonRecord; path: string }): void {
  const properties = isRecord(schema['properties']) ? schema['properties'] : {};
  for (const key of isArray(schema['required']) ? schema['required'] : []) {
    check.violations.require(String(key) in value, `${path}.${String(key)}`, 'is required');
  }
  const others = schema['additionalProperties'];
  for (const [key, inner] of Object.entries(value)) {
    const known = properties[key];
    const innerSchema = isRecord(known) ? known : isRecord(others) ? others : undefined;
    if (innerSchema !== undefined) checkValue(check, innerSchema, { value: inner, path: `${path}.${key}` });
    else check.violations.require(known !== undefined || others !== false, `${path}.${key}`, 'is not in the schema');
  }
}

function checkArray(check: Check, schema: JsonRecord, place: { value: readonly unknown[]; path: string }): void {
  const { value, path } = place;
  const { items, minItems, maxItems } = schema;
  if (typeof minItems === 'number')
    check.violations.require(value.length >= minItems, path, `needs ${minItems} entries`);
  if (typeof maxItems === 'number')
    check.violations.require(value.length <= maxItems, path, `takes ${maxItems} entries`);
  if (!isRecord(items)) return;
  for (const [index, item] of value.entries()) checkValue(check, items, { value: item, path: `${path}[${index}]` });
}

function checkText(check: Check, schema: JsonRecord, { value, path }: { value: string; path: string }): void {
  const { minLength, maxLength, pattern } = schema;
  if (typeof minLength === 'number') check.violations.require(value.length >= minLength, path, 'is too short');
  if (typeof maxLength === 'number') check.violations.require(value.length <= maxLength, path, 'is too long');
  if (typeof pattern === 'string')
    check.violations.require(new RegExp(pattern).test(value), path, `must match ${pattern}`);
}

function schemasOf(value: unknown): readonly JsonRecord[] {
  return isArray(value) ? value.filter(isRecord) : [];
}

function hasType(value: unknown, type: unknown): boolean {
  if (isArray(type)) return type.some((one) => hasType(value, one));
  switch (type) {
    case 'null':
      return value === null;
    case 'array':
      return isArray(value);
    case 'object':
      return isRecord(value);
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}
