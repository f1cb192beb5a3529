import { lookUp } from './look-up.js';

describe('looking a word up', () => {
  const table = { stop: 1, length: undefined };

  it('finds what the table says', () => {
    expect(lookUp(table, 'stop')).toBe(1);
  });

  it.each(['eos', 'constructor', 'toString', '__proto__', 'length', undefined])('finds nothing for %s', (word) => {
    expect(lookUp(table, word)).toBeUndefined();
  });
});
