import fc from 'fast-check';

import type { JsonObject } from '../dialect.js';
import { isJsonObject } from '../json/json-object.js';
import { projectParameters } from './project-parameters.js';
import { projectSchema } from './project-schema.js';

const KEYWORDS =
  'type format title description enum items prefixItems minItems maxItems minimum maximum anyOf properties additionalProperties required propertyOrdering'.split(
    ' ',
  );

/** What the API would refuse, at any depth. */
function problemsOf(schema: unknown): string[] {
  if (Array.isArray(schema)) return schema.flatMap(problemsOf);
  if (!isJsonObject(schema)) return [];
  const { properties, items, prefixItems, anyOf, additionalProperties, required } = schema;
  const known = isJsonObject(properties) ? properties : {};
  const allowed = anyOf === undefined ? KEYWORDS : ['anyOf', 'description'];
  return [
    ...Object.keys(schema).filter((keyword) => !allowed.includes(keyword)),
    ...(Array.isArray(required) ? required.filter((name) => !Object.hasOwn(known, name)) : []),
    ...[...Object.values(known), items, prefixItems, anyOf, additionalProperties].flatMap(problemsOf),
  ];
}

describe('projectSchema', () => {
  it('keeps what the API documents as it is', () => {
    const schema = {
      type: 'object',
      title: 'Place',
      description: 'A place',
      properties: {
        name: { type: ['string', 'null'], format: 'date-time' },
        size: { type: 'integer', enum: [1, 2], minimum: 1, maximum: 2 },
        tags: { type: 'array', items: { type: 'string' }, minItems: 1, maxItems: 3 },
        pair: { type: 'array', prefixItems: [{ type: 'string' }, { type: 'number' }] },
      },
      required: ['name'],
      additionalProperties: false,
      propertyOrdering: ['size', 'name'],
    };
    expect(projectSchema(schema)).toEqual(schema);
  });

  it('tells other keywords in the description', () => {
    const text = { type: 'string', description: 'A code', pattern: '^a$', minLength: 2, format: 'uuid', default: 'a' };
    expect(projectSchema(text)).toEqual({
      type: 'string',
      description: 'A code (pattern: ^a$; minLength: 2; format: uuid; default: a)',
    });
    const silent = { type: 'string', $comment: 'x', $id: 'y', 'x-order': 1, deprecated: true };
    expect(projectSchema(silent)).toEqual({ type: 'string' });
  });

  it('keeps properties that are called like keywords', () => {
    const properties = Object.fromEntries(
      ['type', 'format', '$ref', 'properties', 'required', 'pattern', 'enum', 'const'].map((name) => [
        name,
        { type: 'string' },
      ]),
    );
    const schema = { type: 'object', properties, required: ['$ref', 'const', 'gone'] };
    expect(projectSchema(schema)).toEqual({ type: 'object', properties, required: ['$ref', 'const'] });
  });

  it('puts definitions where they are referred to, and stops at recursion', () => {
    const schema = {
      type: 'object',
      properties: {
        home: { $ref: '#/$defs/Address', description: 'Where one lives' },
        node: { $ref: '#/$defs/Node' },
        other: { $ref: 'https://example.com/schema.json' },
      },
      $defs: {
        Address: { type: 'object', description: 'An address', properties: { street: { type: 'string' } } },
        Node: { type: 'object', properties: { next: { $ref: '#/$defs/Node' } } },
      },
    };
    expect(projectSchema(schema)).toEqual({
      type: 'object',
      properties: {
        home: { type: 'object', description: 'Where one lives', properties: { street: { type: 'string' } } },
        node: {
          type: 'object',
          properties: { next: { type: 'object', description: '(of the shape Node)' } },
        },
        other: { description: '(see https://example.com/schema.json)' },
      },
    });
  });

  it.each<[string, JsonObject, JsonObject]>([
    ['const', { const: 'a' }, { type: 'string', enum: ['a'] }],
    ['const null', { const: null }, { description: '(always null)' }],
    ['a nullable enum', { enum: ['a', null] }, { type: ['string', 'null'], enum: ['a'] }],
    ['booleans in enum', { type: 'boolean', enum: [true] }, { type: 'boolean', description: '(allowed: true)' }],
    ['nullable', { type: 'string', nullable: true }, { type: ['string', 'null'] }],
    ['several types', { type: ['string', 'integer'] }, { anyOf: [{ type: 'string' }, { type: 'integer' }] }],
    [
      'several types and null',
      { type: ['string', 'array', 'null'], items: { type: 'string' }, description: 'One or many' },
      {
        anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }, { type: 'null' }],
        description: 'One or many',
      },
    ],
    ['oneOf', { oneOf: [{ type: 'string' }, { type: 'null' }] }, { anyOf: [{ type: 'string' }, { type: 'null' }] }],
    [
      'allOf',
      {
        allOf: [
          { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] },
          { properties: { a: { minimum: 3 }, b: { type: 'number' } }, required: ['b'] },
        ],
      },
      {
        type: 'object',
        properties: { a: { type: 'string', minimum: 3 }, b: { type: 'number' } },
        required: ['a', 'b'],
      },
    ],
    [
      'what stands beside anyOf',
      {
        type: 'object',
        properties: { a: {} },
        anyOf: [{ properties: { b: {} }, required: ['b'] }, { minProperties: 2 }],
      },
      {
        anyOf: [
          { type: 'object', properties: { a: {}, b: {} }, required: ['b'] },
          { type: 'object', properties: { a: {} }, description: '(minProperties: 2)' },
        ],
      },
    ],
    [
      'alternatives of required',
      { type: 'object', properties: { a: {}, b: {} }, anyOf: [{ required: ['a'] }, { required: ['b'] }] },
      { type: 'object', properties: { a: {}, b: {} }, description: '(required: one of a | b)' },
    ],
    ['a tuple of older drafts', { items: [{ type: 'string' }] }, { type: 'array', prefixItems: [{ type: 'string' }] }],
    [
      'schemas that are booleans',
      { type: 'object', properties: { any: true, none: false }, required: ['none'] },
      { type: 'object', properties: { any: {} } },
    ],
  ])('translates %s', (_name, schema, expected) => {
    expect(projectSchema(schema)).toEqual(expected);
  });

  it('writes what the API takes, the same way every time, whatever it is given', () => {
    const { schema } = fc.letrec((tie) => ({
      schema: fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom({ type: 'string', minLength: 1 }, { $ref: '#/$defs/a' }, { $ref: '#' }, { const: 3 }, {}),
        fc.record(
          {
            title: fc.constant('T'),
            type: fc.constantFrom('object', 'array', ['string', 'null'], ['object', 'string'], 'made-up', 7),
            properties: fc.dictionary(fc.string(), tie('schema'), { maxKeys: 3 }),
            items: fc.oneof(tie('schema'), fc.array(tie('schema'), { maxLength: 2 })),
            anyOf: fc.array(tie('schema'), { maxLength: 3 }),
            allOf: fc.array(tie('schema'), { maxLength: 2 }),
            oneOf: fc.array(tie('schema'), { maxLength: 2 }),
            $defs: fc.record({ a: tie('schema') }),
            enum: fc.array(fc.jsonValue({ maxDepth: 1 }), { maxLength: 3 }),
            required: fc.array(fc.string(), { maxLength: 2 }),
            additionalProperties: fc.oneof(fc.boolean(), tie('schema')),
            if: tie('schema'),
          },
          { requiredKeys: [] },
        ),
      ),
    }));
    fc.assert(
      fc.property(schema, (value) => {
        if (!isJsonObject(value)) return;
        const projected = projectSchema(value);
        expect(problemsOf(projected)).toEqual([]);
        expect(JSON.stringify(projectSchema(value))).toBe(JSON.stringify(projected));
      }),
      { numRuns: 100 },
    );
  });

  it('stays small where references or unions multiply', () => {
    const $defs = Object.fromEntries(
      Array.from({ length: 30 }, (_, index) => {
        const next = { $ref: `#/$defs/d${index + 1}` };
        return [`d${index}`, { type: 'object', properties: { left: next, right: next } }];
      }),
    );
    const doubling = { $ref: '#/$defs/d0', $defs: { ...$defs, d30: { type: 'string' } } };
    expect(JSON.stringify(projectSchema(doubling)).length).toBeLessThan(5_000_000);

    let nested: JsonObject = { type: 'string' };
    for (let depth = 0; depth < 40; depth += 1) {
      nested = { type: 'object', properties: { inner: nested }, anyOf: [{ minProperties: 1 }, { maxProperties: 2 }] };
    }
    expect(JSON.stringify(projectSchema(nested)).length).toBeLessThan(5_000_000);
  });

  it('keeps the properties, and tells the union, where it cannot write them for each branch', () => {
    const names = Array.from({ length: 300 }, (_, index) => `p${index}`);
    const properties = Object.fromEntries(
      names.map((name) => [name, { type: 'string', description: 'x'.repeat(100) }]),
    );
    const anyOf = names.slice(0, 50).map((name) => ({ required: [name], minProperties: 1 }));
    const projected = projectSchema({ type: 'object', properties, anyOf });
    expect(projected).toMatchObject({ type: 'object', properties });
    expect(projected['description']).toContain('any of: [{"required":["p0"]');
  });

  it('ends on schemas of any depth', () => {
    let deep: JsonObject = { $ref: '#' };
    for (let depth = 0; depth < 500; depth += 1) deep = { allOf: [{ properties: { a: deep } }] };
    expect(JSON.stringify(projectSchema(deep))).toContain('too deep');
  });
});

describe('projectParameters', () => {
  it('says nothing for a tool without arguments', () => {
    expect(projectParameters({})).toBeUndefined();
    expect(projectParameters({ type: 'object', properties: {}, additionalProperties: false })).toBeUndefined();
  });

  it('keeps an object that takes any properties', () => {
    const schema = { type: 'object', additionalProperties: { type: 'string' } };
    expect(projectParameters(schema)).toEqual(schema);
  });

  it('makes one object of a union', () => {
    const schema = {
      description: 'By name or by id',
      oneOf: [
        { type: 'object', properties: { name: { type: 'string' }, kind: { const: 'a' } }, required: ['name', 'kind'] },
        { type: 'object', properties: { id: { type: 'integer' }, kind: { const: 'b' } }, required: ['id', 'kind'] },
      ],
    };
    expect(projectParameters(schema)).toEqual({
      type: 'object',
      description: 'By name or by id (required: one of name, kind | id, kind)',
      properties: {
        name: { type: 'string' },
        kind: {
          anyOf: [
            { type: 'string', enum: ['a'] },
            { type: 'string', enum: ['b'] },
          ],
        },
        id: { type: 'integer' },
      },
      required: ['kind'],
    });
  });
});
