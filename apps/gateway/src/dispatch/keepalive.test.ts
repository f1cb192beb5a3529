import { endsEvent } from './keepalive.js';

describe('endsEvent', () => {
  it.each([
    ['data: x\n\n', true],
    ['data: x\r\n\r\n', true],
    ['data: x\n', false],
    ['data: x', false],
    ['', false],
  ])('of %j is %s', (bytes, expected) => {
    expect(endsEvent(Buffer.from(bytes))).toBe(expected);
  });
});
