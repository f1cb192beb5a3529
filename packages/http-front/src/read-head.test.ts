import { MAX_HEAD_BYTES, readHead } from './read-head.js';

const LINES = ['POST /v1/messages?beta=true HTTP/1.1', 'Host: a', 'Content-Length: 2'];

function read(lines: readonly string[], body = '{}') {
  return readHead(Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`, 'latin1'));
}

describe('readHead', () => {
  it('gives target, headers by lower-case name, and where the body is', () => {
    const lines = [...LINES, 'Connection: keep-alive', 'X-Api-Key:\tk ', 'x-mine: a, b'];
    expect(read(lines)).toEqual({
      target: '/v1/messages?beta=true',
      headers: { host: 'a', 'content-length': '2', connection: 'keep-alive', 'x-api-key': 'k', 'x-mine': 'a, b' },
      contentLength: 2,
      end: `${lines.join('\r\n')}\r\n\r\n`.length,
    });
  });

  it.each([
    ['another method', ['GET / HTTP/1.1', ...LINES.slice(1)]],
    ['another version', ['POST / HTTP/1.0', ...LINES.slice(1)]],
    ['a whole URL as its target', ['POST http://a/ HTTP/1.1', ...LINES.slice(1)]],
    ['a space in its target', ['POST /a b HTTP/1.1', ...LINES.slice(1)]],
    ['no host', [LINES[0] ?? '', 'Content-Length: 2']],
    ['an empty host', [LINES[0] ?? '', 'Host:', 'Content-Length: 2']],
    ['two hosts', [...LINES, 'host: b']],
    ['no length', LINES.slice(0, 2)],
    ['two lengths', [...LINES, 'content-length: 2']],
    ['a signed length', [...LINES.slice(0, 2), 'content-length: +2']],
    ['a list of lengths', [...LINES.slice(0, 2), 'content-length: 2, 2']],
    ['a transfer coding', [...LINES, 'transfer-encoding: chunked']],
    ['a transfer coding in odd letters', [...LINES, 'tRANSFER-encoding: chunked']],
    ['an upgrade', [...LINES, 'Upgrade: h2c']],
    ['an expectation', [...LINES, 'Expect: 100-continue']],
    ['a trailer', [...LINES, 'Trailer: x']],
    ['a connection that closes', [...LINES, 'Connection: close']],
    ['a connection of a proxy', [...LINES, 'Proxy-Connection: keep-alive']],
    ['a header twice', [...LINES, 'x-a: 1', 'X-A: 1']],
    ['a header that every object has', [...LINES, '__proto__: x']],
    ['a folded line', [...LINES, 'x-a: 1', ' 2']],
    ['a space before the colon', [...LINES, 'x-a : 1']],
    ['a line without colon', [...LINES, 'x-a']],
    ['a header without name', [...LINES, ': 1']],
    ['a control character', [...LINES, 'x-a: \0']],
    ['a line feed alone', [...LINES, 'x-a: 1\nx-b: 2']],
    ['a carriage return alone', [...LINES, 'x-a: 1\rx-b: 2']],
    ['too many headers', [...LINES, ...Array.from({ length: 100 }, (_, place) => `x-${place}: 1`)]],
    ['a head that is too long', [...LINES, `x-a: ${'a'.repeat(MAX_HEAD_BYTES)}`]],
  ])('leaves a request with %s to node:http', (_what, lines) => {
    expect(read(lines)).toBeUndefined();
  });

  it('leaves a head to node:http of which the end has not come', () => {
    expect(readHead(Buffer.from(`${LINES.join('\r\n')}\r\n`))).toBeUndefined();
  });
});
