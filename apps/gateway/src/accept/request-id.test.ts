import { requestIdOf } from './request-id.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('requestIdOf', () => {
  it('takes the id of the client where it is usable', () => {
    expect(requestIdOf('01JD:abc.DEF-9_')).toBe('01JD:abc.DEF-9_');
  });

  it.each([
    [undefined],
    ['short'],
    ['with space'],
    ['a'.repeat(129)],
    ['line\nbreak'],
    [['two-of-them', 'two-of-them']],
  ])('makes a random UUID in the place of %j', (header) => {
    expect(requestIdOf(header)).toMatch(UUID);
  });

  it('makes another one each time, of all digits at all places that are random', () => {
    const ids = Array.from({ length: 2_000 }, () => requestIdOf(undefined));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => !UUID.test(id))).toEqual([]);
    const kinds = Array.from({ length: 36 }, (_, place) => new Set(ids.map((id) => id[place])).size);
    const digits = [...'xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx'].map((mark) =>
      mark === 'x' ? 16 : mark === 'y' ? 4 : 1,
    );
    expect(kinds).toEqual(digits);
  });
});
