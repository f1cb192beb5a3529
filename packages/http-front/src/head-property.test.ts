import { createServer, type IncomingMessage } from 'node:http';
import { Duplex } from 'node:stream';

import fc from 'fast-check';

import { readHead } from './read-head.js';

interface NodeReading {
  readonly request?: Pick<IncomingMessage, 'method' | 'url' | 'headers' | 'httpVersion'>;
  readonly body: string;
}

/** What node:http makes of the same bytes. */
async function nodeReads(bytes: Buffer): Promise<NodeReading> {
  const server = createServer({ maxHeaderSize: 16 * 1024 });
  const socket = new Duplex({ read: () => {}, write: (_chunk, _encoding, done) => done() });
  const request = await new Promise<IncomingMessage | undefined>((resolve) => {
    server.on('request', resolve).on('clientError', () => resolve(undefined));
    server.on('upgrade', () => resolve(undefined)).on('checkContinue', () => resolve(undefined));
    server.emit('connection', socket);
    socket.push(bytes);
    setImmediate(() => setImmediate(() => resolve(undefined)));
  });
  if (request === undefined) {
    socket.destroy();
    return { body: '' };
  }
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', () => {});
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  socket.destroy();
  return { request, body: Buffer.concat(chunks).toString('latin1') };
}

const BODY = '{"model":"m"}';

const startLine = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('POST /v1/messages HTTP/1.1', 'POST /v1/messages?beta=true HTTP/1.1') },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      'GET / HTTP/1.1',
      'POST / HTTP/1.0',
      'POST  / HTTP/1.1',
      'POST / HTTP/1.1 ',
      'post / HTTP/1.1',
      'POST http://x/v1/messages HTTP/1.1',
      'POST /a b HTTP/1.1',
      'POST /é HTTP/1.1',
      'POST /\u0001 HTTP/1.1',
      'POST /#x HTTP/1.1',
      'POST * HTTP/1.1',
      ' POST / HTTP/1.1',
      'POST /',
      '',
    ),
  },
);
const oddText = fc.string({ unit: fc.constantFrom(...'ab :;,"\t\r\n\0\x7f\x80ÿé(){}-_~'), maxLength: 8 });
const plainField = fc.constantFrom(
  'accept: */*',
  'Accept-Encoding:gzip, br',
  'Authorization: Bearer sk-abc',
  'Connection: keep-alive',
  'connection:  Keep-Alive\t',
  'Content-Type: application/json',
  'User-Agent: curl/8',
  'x-empty:',
  'x-tab:\ta\tb\t',
  'x-obs: caf\xe9',
  'cookie: a=b',
  'x-api-key: k',
  'proxy-authorization: x',
  'te: trailers',
);
const oddField = fc.oneof(
  fc.constantFrom(
    'connection: close',
    'connection: keep-alive, upgrade',
    'proxy-connection: close',
    'transfer-encoding: chunked',
    'Transfer-Encoding: identity',
    'TRANSFER-ENCODING: chunked',
    'content-length: 1',
    'Content-Length: +13',
    'content-length: 13, 13',
    'expect: 100-continue',
    'upgrade: websocket',
    'trailer: x',
    'host: b',
    'host:',
    ' folded',
    '\tfolded',
    'no colon',
    ': no name',
    'name : space before',
    '__proto__: x',
    'constructor: x',
    'na\x80me: x',
  ),
  fc.tuple(oddText, oddText).map(([name, value]) => `${name}: ${value}`),
);
const separator = fc.oneof(
  { weight: 12, arbitrary: fc.constant('\r\n') },
  fc.constantFrom('\n', '\r', '\r\r\n', '\n\r\n'),
);

const head = fc
  .record({
    start: startLine,
    before: fc.array(plainField, { maxLength: 4 }),
    odd: fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, fc.array(oddField, { maxLength: 2 })),
    after: fc.array(plainField, { maxLength: 3 }),
    host: fc.constantFrom('host: a', 'Host: a:1', ''),
    length: fc.constantFrom(`content-length: ${BODY.length}`, `Content-Length: 00${BODY.length}`, ''),
    separator,
    end: fc.oneof({ weight: 12, arbitrary: fc.constant('\r\n\r\n') }, fc.constantFrom('\n\n', '\r\n', '\n\r\n')),
  })
  .map(({ start, before, odd, after, host, length, separator: between, end }) => {
    const lines = [start, ...before, host, ...odd, length, ...after].filter((line) => line !== '');
    const last = lines.pop() ?? '';
    // One line's end may be another than all others.
    return [
      ...lines.slice(0, -1).map((line) => `${line}\r\n`),
      ...lines.slice(-1).map((line) => line + between),
      last,
      end,
    ].join('');
  });

describe('readHead', () => {
  it('takes nothing but what node:http takes too, and reads the same in it', async () => {
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(head, async (text) => {
        const bytes = Buffer.from(text + BODY, 'latin1');
        const ours = readHead(bytes);
        if (ours === undefined) return;
        taken += 1;
        const { request, body } = await nodeReads(bytes);
        expect(request).toMatchObject({ method: 'POST', url: ours.target, httpVersion: '1.1' });
        expect({ ...ours.headers }).toEqual({ ...request?.headers });
        expect(bytes.toString('latin1', ours.end, ours.end + ours.contentLength)).toBe(body);
      }),
      { numRuns: 1_500 },
    );
    expect(taken).toBeGreaterThan(100);
  });

  it('takes nothing of which a byte was changed in a way that node:http would read otherwise', async () => {
    const text = `POST /v1/messages?beta=true HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${BODY.length}\r\nX-A: b\r\n\r\n`;
    const whole = Buffer.from(text + BODY);
    const change = fc.tuple(fc.nat(text.length - 1), fc.nat(255), fc.constantFrom('replace', 'insert', 'remove'));
    await fc.assert(
      fc.asyncProperty(change, async ([place, byte, kind]) => {
        const middle = kind === 'remove' ? [] : [byte];
        const after = kind === 'insert' ? place : place + 1;
        const bytes = Buffer.concat([whole.subarray(0, place), Buffer.from(middle), whole.subarray(after)]);
        const ours = readHead(bytes);
        if (ours === undefined) return;
        const { request, body } = await nodeReads(bytes);
        expect(request).toMatchObject({ method: 'POST', url: ours.target, httpVersion: '1.1' });
        expect({ ...ours.headers }).toEqual({ ...request?.headers });
        expect(bytes.toString('latin1', ours.end, ours.end + ours.contentLength)).toBe(body);
      }),
      { numRuns: 1_500 },
    );
  });
});
