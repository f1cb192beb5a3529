import fc from 'fast-check';

import {
  escapePiece,
  INPUT_HEAD,
  INPUT_TAIL,
  readInput,
  unwrapInput,
  wrapInput,
  type InputReader,
} from './freeform.js';

const START: InputReader = { held: '', place: 'before' };

function readAll(pieces: readonly string[]): { readonly text: string; readonly reader: InputReader } {
  let reader = START;
  let text = '';
  for (const piece of pieces) {
    const read = readInput(reader, piece);
    reader = read.reader;
    text += read.text;
  }
  return { text, reader };
}

const texts = fc.string({ unit: 'binary' });

describe('freeform input', () => {
  it('survives as arguments, whole or in pieces', () => {
    fc.assert(
      fc.property(fc.array(texts), (pieces) => {
        const streamed = `${INPUT_HEAD}${pieces.map(escapePiece).join('')}${INPUT_TAIL}`;
        expect(unwrapInput(streamed)).toBe(pieces.join(''));
        expect(unwrapInput(wrapInput(pieces.join('')))).toBe(pieces.join(''));
      }),
    );
  });

  it('is told as the arguments come, wherever they are cut', () => {
    fc.assert(
      fc.property(texts, fc.nat(), fc.nat(), (input, one, two) => {
        const text = JSON.stringify({ input }, undefined, 1);
        const [first = 0, second = 0] = [one % text.length, two % text.length].sort((a, b) => a - b);
        const pieces = [text.slice(0, first), text.slice(first, second), text.slice(second)];
        expect(readAll(pieces).text).toBe(input);
        expect(readAll([...text]).text).toBe(input);
      }),
    );
  });

  it('is held back where the arguments are something else, and is then all that was written', () => {
    const { text, reader } = readAll(['*** Begin', ' Patch']);
    expect({ text, reader }).toEqual({ text: '', reader: { held: '*** Begin Patch', place: 'before' } });
    expect(unwrapInput('*** Begin Patch')).toBe('*** Begin Patch');
    expect(unwrapInput('{"patch":1}')).toBe('{"patch":1}');
  });

  it('takes line ends that a model did not escape as they stand', () => {
    expect(readAll(['{"input":"a\nb', 'c"}']).text).toBe('a\nbc');
  });
});
