import { parseKeyring } from './keyring.js';

const first = Buffer.alloc(32, 1).toString('base64');
const second = Buffer.alloc(32, 2).toString('base64');

describe('parseKeyring', () => {
  it('seals with the first key and opens with all', () => {
    const keyring = parseKeyring(`2027-01:${first}, 2026-07:${second}\n`);
    expect(keyring.sealingId).toBe('2027-01');
    expect([...keyring.keys]).toEqual([
      ['2027-01', Buffer.alloc(32, 1)],
      ['2026-07', Buffer.alloc(32, 2)],
    ]);
  });

  it.each([
    ['', 'it is empty'],
    [first, 'entry 1 is not written as id:base64'],
    [`a:${first},b:no*base64`, 'entry 2 is not written as id:base64'],
    [`a:${Buffer.alloc(16, 7).toString('base64')}`, 'key "a" has 16 bytes and needs 32'],
    [`a:${first} a:${second}`, 'the id "a" is there twice'],
  ])('refuses %j', (text, reason) => {
    expect(() => parseKeyring(text)).toThrow(`the master key cannot be used: ${reason}; write SWITCHYARD_MASTER_KEY`);
  });

  it('never repeats a key in its message', () => {
    const short = Buffer.alloc(16, 7).toString('base64');
    expect(() => parseKeyring(`a:${short}`)).not.toThrow(short);
  });
});
