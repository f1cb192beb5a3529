import fc from 'fast-check';

import { patchFields, type FieldPatch } from './patch-fields.js';

const limits = { maxDepth: 64 };

function patch(body: string, ...patches: FieldPatch[]): string {
  return patchFields(Buffer.from(body), patches, limits).toString();
}

const A = [['a']] as const;
const INNER = [['outer'], ['inner']] as const;
const CAMEL = [
  ['outConfig', 'out_config'],
  ['inConfig', 'in_config'],
] as const;

describe('patchFields', () => {
  it.each([
    ['replaces a value', '{ "a" : 1 , "b":2}', { path: A, value: 3 }, '{ "a" : 3 , "b":2}'],
    [
      'leaves what it already says',
      '{"a": {"x":1, "y":2}}',
      { path: A, value: { y: 2, x: 1 } },
      '{"a": {"x":1, "y":2}}',
    ],
    ['adds at the end', '{"b": 2 }', { path: A, value: [1] }, '{"b": 2,"a":[1] }'],
    ['adds to an empty object', '{ }', { path: A, value: null }, '{"a":null }'],
    ['removes the first', '{"a":1, "b":2}', { path: A, value: undefined }, '{"b":2}'],
    ['removes the last', '{"b":2 , "a":1 }', { path: A, value: undefined }, '{"b":2 }'],
    ['removes one between', '{"b":2, "a":1, "c":3}', { path: A, value: undefined }, '{"b":2, "c":3}'],
    ['removes the only one', '{ "a":1 }', { path: A, value: undefined }, '{ }'],
    ['has nothing to remove', '{"b":"a"}', { path: A, value: undefined }, '{"b":"a"}'],
    ['patches within', '{"outer": {"x":1,"inner":2}}', { path: INNER, value: 3 }, '{"outer": {"x":1,"inner":3}}'],
    ['removes within', '{"outer": {"inner":2}}', { path: INNER, value: undefined }, '{"outer": {}}'],
    ['adds within', '{"outer":{"x":1}}', { path: INNER, value: 3 }, '{"outer":{"x":1,"inner":3}}'],
    ['adds what is around it', '{"x":1}', { path: INNER, value: 3 }, '{"x":1,"outer":{"inner":3}}'],
    ['replaces what is no object', '{"outer":null}', { path: INNER, value: 3 }, '{"outer":{"inner":3}}'],
    ['leaves what is no object', '{"outer":null}', { path: INNER, value: undefined }, '{"outer":null}'],
    [
      'knows other spellings',
      '{"out_config":{"in_config":1}}',
      { path: CAMEL, value: 2 },
      '{"out_config":{"in_config":2}}',
    ],
  ] satisfies readonly (readonly [string, string, FieldPatch, string])[])('%s', (_what, before, change, after) => {
    expect(patch(before, change)).toBe(after);
  });

  it('leaves the very bytes where nothing changes', () => {
    const body = Buffer.from('{"a":1}');
    expect(patchFields(body, [{ path: A, value: 1 }], limits)).toBe(body);
  });

  it.each([
    ['twice', '{"a":1,"b":2,"a":1}'],
    ['escaped', String.raw`{"\u0061":1}`],
    ['in another case', '{"A":1}'],
  ])('refuses a field that is there %s', (_what, body) => {
    expect(() => patch(body, { path: A, value: 2 })).toThrow('must appear once');
  });

  it('refuses a field in two spellings, and one that is doubled within', () => {
    expect(() => patch('{"outConfig":1,"out_config":2}', { path: CAMEL, value: 2 })).toThrow('must appear once');
    expect(() => patch('{"outer":{"inner":1,"inner":2}}', { path: INNER, value: 3 })).toThrow('must appear once');
  });

  it('makes of any object the one with just these fields changed', () => {
    const names = ['a', 'b', 'c', 'd'];
    const value = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constant(undefined));
    const object = fc.dictionary(fc.constantFrom(...names, 'x', 'y', 'z'), fc.jsonValue({ maxDepth: 2 }));
    fc.assert(
      fc.property(object, fc.tuple(value, value, value, value), fc.nat(2), (before, values, indent) => {
        const patches = names.map((name, index): FieldPatch => ({ path: [[name]], value: values[index] }));
        const text = patch(JSON.stringify(before, undefined, indent), ...patches);
        const wanted: Record<string, unknown> = { ...before };
        for (const [index, name] of names.entries()) wanted[name] = values[index];
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(wanted)));
      }),
    );
  });
});
