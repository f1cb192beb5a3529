import type { UpstreamRequest } from '../upstream-call.js';
import { addressOf } from './address.js';
import { writeRequestHead } from './request-head.js';

const url = new URL('https://[::1]:8443/v1/chat?x=1#here');

function headOf(changes: Partial<UpstreamRequest>): string | undefined {
  const deadlines = { connectMs: 1, headersMs: 1, idleMs: 1 };
  return writeRequestHead(addressOf(url), { method: 'POST', url, headers: {}, deadlines, ...changes });
}

describe('the head of a request', () => {
  it('has the path without its fragment, the host, the headers and the length of the body', () => {
    expect(headOf({ headers: { 'x-a': 'b', authorization: 'Bearer \xe9' }, body: Buffer.from('four') })).toBe(
      'POST /v1/chat?x=1 HTTP/1.1\r\nhost: [::1]:8443\r\nconnection: keep-alive\r\naccept-encoding: identity\r\n' +
        'x-a: b\r\nauthorization: Bearer \xe9\r\ncontent-length: 4\r\n\r\n',
    );
  });

  it('says that a POST without a body has none, and nothing of the kind for a GET', () => {
    expect(headOf({})).toContain('content-length: 0\r\n');
    expect(headOf({ method: 'GET' })).not.toContain('content-length');
  });

  it('takes another host than that of the address, but nothing else that frames the request', () => {
    const headers = { host: 'other', 'Content-Length': '9', 'transfer-encoding': 'chunked', connection: 'close' };
    const head = headOf({ headers, body: Buffer.from('four') });
    expect(head).toContain('host: other\r\n');
    expect(head).toContain('content-length: 4\r\n');
    expect(head).not.toMatch(/: (9|chunked|close)/);
  });

  it('has the headers that calls share before those of the call', () => {
    const sharedHeaders = { 'x-a': 'b', host: 'other', connection: 'close' };
    const heads = ['c', 'd'].map((value) => headOf({ sharedHeaders, headers: { 'x-b': value } }));
    expect(heads[0]).toContain(
      'host: other\r\nconnection: keep-alive\r\naccept-encoding: identity\r\nx-a: b\r\nx-b: c\r\n',
    );
    expect(heads[1]).toBe(heads[0]?.replace('x-b: c', 'x-b: d'));
    expect(headOf({ headers: { host: 'third' }, sharedHeaders })).toContain('\r\nhost: third\r\n');
  });

  it.each([
    ['a line end', { a: 'b\r\nc: d' }],
    ['a NUL', { a: 'b\0' }],
    ['what Latin-1 does not have', { a: '\u0416' }],
    ['a line end in the host', { host: 'a\nb' }],
    ['a colon in a name', { 'a:b': 'c' }],
    ['a name that is empty', { '': 'c' }],
    ['a line end in a name', { 'a\r\nb': 'c' }],
  ])('is not written with %s', (_case, headers) => {
    expect(headOf({ headers })).toBeUndefined();
    for (const _twice of [1, 2]) expect(headOf({ headers: {}, sharedHeaders: headers })).toBeUndefined();
  });
});

describe('an address', () => {
  it('has no brackets, and the port of its scheme', () => {
    expect(addressOf(url)).toMatchObject({ hostname: '::1', port: 8443, isSecure: true, origin: 'https://[::1]:8443' });
    expect(addressOf(new URL('https://a.example/'))).toMatchObject({ hostname: 'a.example', port: 443, path: '/' });
    expect(addressOf(new URL('http://a.example:80?q'))).toMatchObject({ port: 80, host: 'a.example', path: '/?q' });
  });
});
