import fc from 'fast-check';

import { PlainKeys } from './plain-keys.js';

const NAMES = ['model', 'max_tokens', 'stream', 'user', 'sessionId'];
const KEYS = new PlainKeys(new Map(NAMES.map((name) => [name, { name }])));

function find(json: string, position = 0) {
  return KEYS.find(Buffer.from(json), position);
}

describe('PlainKeys', () => {
  it('finds a key where it stands', () => {
    expect(find('{"model":"m"}', 1)).toEqual({ name: 'model' });
    expect(find('{"a":1,"max_tokens":2}', 7)).toEqual({ name: 'max_tokens' });
  });

  it.each(['"mode"', '"models"', '"a"', '""', '"m0del"', '"max_token"', '"ten_letter"'])(
    'knows nothing of %s',
    (key) => {
      expect(find(key)).toBe('unknown');
    },
  );

  it.each([
    '"sessionId"',
    '"Model"',
    '"model "',
    '"\\u006dodel"',
    '"m\\"odel"',
    '"modél"',
    '"max-tokens"',
    '"model',
    '"eleven_long"',
  ])('leaves %s to who reads its text', (key) => {
    expect(find(key)).toBe('not-plain');
  });

  it('tells of any plain key what a map of texts tells', () => {
    const plain = fc.string({ unit: fc.constantFrom(...'abdelmorst_kx09'), maxLength: 12 });
    fc.assert(
      fc.property(fc.oneof(plain, fc.constantFrom('model', 'max_tokens', 'stream', 'user')), (name) => {
        expect(find(`"${name}":`)).toEqual(NAMES.includes(name) ? { name } : 'unknown');
      }),
    );
  });
});
