import fc from 'fast-check';

import { codePointsBefore, countCodePoints, textBefore } from './code-points.js';

const text = fc.string({ unit: 'grapheme' });

describe('places in a text', () => {
  it('are counted alike in code points and in bytes', () => {
    fc.assert(
      fc.property(text, fc.nat(40), (said, seed) => {
        const characters = [...said];
        const place = seed % (characters.length + 1);
        const before = characters.slice(0, place).join('');
        expect(countCodePoints(said)).toBe(characters.length);
        expect(textBefore(said, place)).toBe(before);
        expect(codePointsBefore(said, Buffer.byteLength(before))).toBe(place);
      }),
    );
  });

  it('within a character are where it begins, and behind the end are the end', () => {
    expect(codePointsBefore('a😀b', 3)).toBe(1);
    expect(codePointsBefore('a😀b', 99)).toBe(3);
    expect(textBefore('a😀b', 99)).toBe('a😀b');
  });
});
