import { isDeepStrictEqual } from 'node:util';

import fc from 'fast-check';

import { parseJson } from '../json/json-object.js';
import { DeltaTemplate, type Delta } from './delta-template.js';

const FIRST: Delta = { type: 'text-delta', choice: 0, index: 0, text: 'first' };

function dataOf(literal: string): string {
  return `{"id":"c","choices":[{"delta":{"content":${literal}}}]}`;
}

function template(): DeltaTemplate {
  const made = DeltaTemplate.from({ data: dataOf('"first"') }, FIRST);
  if (made === undefined) throw new Error('no template was made');
  return made;
}

describe('a template of deltas', () => {
  it('reads every text of JSON, short or long, and nothing that is none', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc
        .constantFrom('"', '\\', '\n', '\u0000', 'é', '\ud800')
        .chain((odd) =>
          fc.tuple(fc.nat(140), fc.nat(140)).map(([before, after]) => 'x'.repeat(before) + odd + 'x'.repeat(after)),
        ),
    );
    fc.assert(
      fc.property(texts, fc.boolean(), (text, isEscaped) => {
        const literal = isEscaped ? JSON.stringify(text) : `"${text}"`;
        const told = parseJson(literal);
        const expected = typeof told === 'string' && told !== '' ? { ...FIRST, text: told } : undefined;
        expect(isDeepStrictEqual(template().read({ data: dataOf(literal) }), expected)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([63, 64, 65])('reads a text of %d characters', (length) => {
    const text = 'x'.repeat(length);
    expect(template().read({ data: dataOf(JSON.stringify(text)) })).toEqual({ ...FIRST, text });
  });
});
