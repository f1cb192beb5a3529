import { exampleValue } from './example-value.js';

describe('exampleValue', () => {
  it('gives the required properties, each of its type', () => {
    const schema = {
      type: 'object',
      properties: {
        city: { type: 'string' },
        days: { type: 'integer', minimum: 3 },
        tags: { type: 'array', items: { type: 'string' } },
        verbose: { type: 'boolean' },
        note: { type: 'string' },
      },
      required: ['city', 'days', 'tags', 'verbose'],
    };
    expect(exampleValue(schema)).toEqual({ city: 'text', days: 3, tags: ['text'], verbose: true });
  });

  it('gives all properties where none is required', () => {
    expect(exampleValue({ type: 'object', properties: { a: { type: 'number' }, b: { type: 'null' } } })).toEqual({
      a: 1,
      b: null,
    });
  });

  it('takes what the schema offers before it invents anything', () => {
    expect(exampleValue({ enum: ['celsius', 'fahrenheit'] })).toBe('celsius');
    expect(exampleValue({ type: 'string', default: 'Oslo' })).toBe('Oslo');
    expect(exampleValue({ const: 7 })).toBe(7);
    expect(exampleValue({ type: 'string', examples: ['Rome'] })).toBe('Rome');
  });

  it('takes the first alternative, and the type that is not null', () => {
    expect(exampleValue({ anyOf: [{ type: 'integer' }, { type: 'string' }] })).toBe(1);
    expect(exampleValue({ type: ['null', 'string'] })).toBe('text');
  });

  it('ends on a schema that nests without end', () => {
    const endless: Record<string, unknown> = { type: 'array' };
    endless['items'] = endless;
    expect(JSON.stringify(exampleValue(endless))).toBe('[[[[[[[[[{}]]]]]]]]]');
  });
});
