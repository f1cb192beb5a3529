import { writeHead } from './write-head.js';

const nowMs = Date.UTC(2027, 0, 1, 12);
const connection = 'Connection: close\r\n';

function headOf(headers: Readonly<Record<string, string>>, status = 200) {
  return writeHead({ status, headers, connection, nowMs });
}

function range(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, place) => first + place);
}

describe('the head of an answer', () => {
  it('has the given headers, the date, and what is said of the connection', () => {
    expect(headOf({ 'content-type': 'text/plain', 'content-length': '2' })).toEqual({
      text:
        'HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 2\r\n' +
        'Date: Fri, 01 Jan 2027 12:00:00 GMT\r\nConnection: close\r\n\r\n',
      framing: { type: 'length', bytes: 2 },
    });
  });

  it('is chunked without a length, and has no body where the status has none', () => {
    expect(headOf({}).text).toContain('Transfer-Encoding: chunked\r\n');
    expect(headOf({}).framing).toEqual({ type: 'chunked' });
    expect(headOf({}, 204).framing).toEqual({ type: 'none' });
  });

  it.each([
    ['a line break in a value', 'x-b', { 'x-a': 'fine', 'x-b': 'one\r\nx-c: two', 'x-d': 'fine' }],
    ['a character beyond Latin-1', 'x-a', { 'x-a': 'snow ☃' }],
    ['a name that is none', 'x a', { 'x a': 'fine' }],
    ['a name with a line break', 'x-a\r\nx-b', { 'x-a\r\nx-b': 'fine' }],
  ])('cannot be made with %s, and says which header it is', (_what, name, headers) => {
    expect(() => headOf(headers)).toThrow(new TypeError(`the header ${JSON.stringify(name)} cannot be sent`));
  });

  it('takes the one of ours where a header is in both', () => {
    const headers = { 'content-length': '2', 'x-request-id': 'theirs', constructor: 'fine' };
    const ours = { 'x-request-id': 'ours', 'x-mine': 'too', 'content-length': '3' };
    const { text, framing } = writeHead({ status: 200, headers, ours, connection, nowMs });
    expect(text.split('\r\n').slice(1, 5)).toEqual([
      'constructor: fine',
      'x-request-id: ours',
      'x-mine: too',
      'content-length: 3',
    ]);
    expect(framing).toEqual({ type: 'length', bytes: 3 });
  });

  it('says of every character alone whether a value may have it', () => {
    const taken = Array.from({ length: 0x180 }, (_, code) => code).filter((code) => {
      try {
        headOf({ 'x-a': `a${String.fromCharCode(code)}` });
        return true;
      } catch {
        return false;
      }
    });
    const expected = [0x09, ...range(0x20, 0x7e), ...range(0x80, 0xff)];
    expect(taken).toEqual(expected);
  });

  it('leaves to the connection what is its own', () => {
    expect(headOf({ connection: 'upgrade', 'transfer-encoding': 'gzip', 'content-length': '0' }).text).not.toMatch(
      /upgrade|gzip/,
    );
  });

  it('cannot be made with a length that is no number', () => {
    expect(() => headOf({ 'content-length': '2, 2' })).toThrow(TypeError);
  });
});
