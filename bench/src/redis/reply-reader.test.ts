import { ReplyReader } from './reply-reader.js';

const WIRE = '+OK\r\n:42\r\n$5\r\na\r\nbc\r\n$-1\r\n*2\r\n$1\r\nx\r\n*1\r\n:7\r\n*-1\r\n';
const REPLIES = ['OK', 42, 'a\r\nbc', null, ['x', [7]], null];

describe('replies of Redis', () => {
  it('are read whole', () => {
    expect(new ReplyReader().read(WIRE)).toEqual(REPLIES);
    expect(new ReplyReader().read('-ERR no\r\n')).toEqual([new Error('ERR no')]);
  });

  it('are read wherever pieces are cut', () => {
    for (let cut = 0; cut <= WIRE.length; cut += 1) {
      const reader = new ReplyReader();
      expect([...reader.read(WIRE.slice(0, cut)), ...reader.read(WIRE.slice(cut))]).toEqual(REPLIES);
    }
  });

  it('that nobody knows are refused', () => {
    expect(() => new ReplyReader().read('%1\r\n')).toThrow('something unknown');
  });
});
