import { createKeyHasher, generateKey, hashKey } from './client-key.js';

describe('hashKey', () => {
  it('is the HMAC-SHA-256 of the key in hex', () => {
    // RFC 4231, test case 2.
    expect(hashKey('Jefe', 'what do ya want for nothing?')).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    );
  });

  it('differs under another pepper', () => {
    expect(hashKey('one', 'sw-key')).not.toBe(hashKey('two', 'sw-key'));
  });
});

describe('createKeyHasher', () => {
  it('gives what hashKey does, the first time and every other', () => {
    const hash = createKeyHasher('pepper');
    const keys = Array.from({ length: 10_050 }, (_, index) => `sw-${index} ü`);
    const expected = keys.map((key) => hashKey('pepper', key));
    expect(keys.map(hash)).toEqual(expected);
    expect(keys.toReversed().map(hash)).toEqual(expected.toReversed());
  });
});

describe('generateKey', () => {
  it('gives another key of 32 bytes each time', () => {
    const keys = Array.from({ length: 100 }, generateKey);
    expect(new Set(keys).size).toBe(100);
    for (const key of keys) expect(key).toMatch(/^sw-[\w-]{43}$/);
  });
});
