import fc from 'fast-check';

import { holdsMadeMark } from './holds-made-mark.js';
import { MADE_MARK } from './made-id.js';

const pieces = fc.array(fc.oneof(fc.constantFrom('_', 'switchyard', 'switchyar_', 'd_', '__'), fc.string()), {
  maxLength: 200,
});

describe('holdsMadeMark', () => {
  it('finds the mark wherever the bytes have it, and nowhere else', () => {
    fc.assert(
      fc.property(pieces, pieces, fc.boolean(), (before, after, isMarked) => {
        const text = [...before, isMarked ? MADE_MARK : '', ...after].join('');
        expect(holdsMadeMark(Buffer.from(text))).toBe(text.includes(MADE_MARK));
      }),
    );
  });

  it.each([
    ['alone', MADE_MARK, true],
    ['before its end', MADE_MARK.slice(0, -1), false],
    ['behind many underscores', `${'_'.repeat(500)}${MADE_MARK}`, true],
    ['behind as many underscores as are looked at', `${'_'.repeat(64)}${MADE_MARK}`, true],
    ['in a text full of underscores', 'snake_case_'.repeat(500), false],
    ['in nothing', '', false],
  ])('tells of the mark %s', (_case, text, expected) => {
    expect(holdsMadeMark(Buffer.from(text))).toBe(expected);
  });
});
