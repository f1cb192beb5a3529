import fc from 'fast-check';

import type { AnswerHead } from './answer-head.js';
import { AnswerParser } from './answer-parser.js';

interface Read {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string>> | undefined;
  readonly body: string;
  readonly outcome: 'complete' | 'open' | 'malformed' | 'head-too-large';
  /** Whether more came than the answer has. */
  readonly more: boolean;
}

/** Reads the pieces one by one into the same memory, as a connection does. */
function readPieces(pieces: readonly Buffer[], { closes = false } = {}): Read {
  const memory = Buffer.alloc(256 * 1024);
  const chunks: Buffer[] = [];
  let head: AnswerHead | undefined;
  let more = false;
  const parser = new AnswerParser({ onHead: (given) => (head = given), onData: (chunk) => chunks.push(chunk) });
  for (const piece of pieces) {
    // What is left of an earlier piece must neither be read again nor found in what was handed out.
    memory.fill('\r\n\r\n');
    piece.copy(memory);
    if (parser.complete) more ||= piece.length > 0;
    else if (parser.fault === undefined) more ||= !parser.execute(memory, piece.length);
  }
  memory.fill('\r\n\r\n');
  if (closes) parser.finish();
  const body = Buffer.concat(chunks).toString('latin1');
  const outcome = parser.complete ? 'complete' : (parser.fault ?? 'open');
  return { status: head?.status, headers: head?.headers, body, outcome, more };
}

function readText(text: string, options?: { closes: boolean }): Read {
  return readPieces([Buffer.from(text, 'latin1')], options);
}

/** The bytes, cut at these places. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const sorted = places.map((place) => place % (bytes.length + 1)).toSorted((a, b) => a - b);
  return [...sorted, bytes.length].map((end, index) => bytes.subarray(sorted[index - 1] ?? 0, end));
}

const OK = 'HTTP/1.1 200 OK\r\n';

describe('an answer', () => {
  it.each([
    ['with a length', `${OK}content-length: 5\r\n\r\nhello`, 'hello'],
    ['with a length of nothing', `${OK}content-length: 0\r\n\r\n`, ''],
    ['in chunks', `${OK}transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n`, 'hello world'],
    [
      'in chunks with sizes in all spellings',
      `${OK}Transfer-Encoding: Chunked\r\n\r\n00A\r\n0123456789\r\n0\r\n\r\n`,
      '0123456789',
    ],
    [
      'in chunks with extensions',
      `${OK}transfer-encoding: chunked\r\n\r\n5;a=b;c="d e"\r\nhello\r\n0;last\r\n\r\n`,
      'hello',
    ],
    ['in chunks with trailers', `${OK}transfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nx-sum: 1\r\ny:\r\n\r\n`, 'hi'],
    ['without a body: 204', 'HTTP/1.1 204 No Content\r\n\r\n', ''],
    ['without a body: 304', 'HTTP/1.1 304 Not Modified\r\ncontent-length: 100\r\n\r\n', ''],
    [
      'behind informational ones',
      `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nlink: x\r\n\r\n${OK}content-length: 2\r\n\r\nok`,
      'ok',
    ],
    ['without a reason', 'HTTP/1.1 200\r\ncontent-length: 2\r\n\r\nok', 'ok'],
    ['with an empty reason', 'HTTP/1.1 200 \r\ncontent-length: 2\r\n\r\nok', 'ok'],
    ['of HTTP/1.0', 'HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok', 'ok'],
  ])('%s is read to its end', (_case, text, body) => {
    expect(readText(text)).toMatchObject({ outcome: 'complete', body, more: false });
    expect(readText(`${text}H`)).toMatchObject({ outcome: 'complete', body, more: true });
  });

  it('that nothing frames ends with the connection', () => {
    expect(readText(`${OK}\r\nall of`)).toMatchObject({ outcome: 'open', body: 'all of' });
    expect(readText(`${OK}\r\nall of it`, { closes: true })).toMatchObject({ outcome: 'complete', body: 'all of it' });
  });

  it.each([
    ['a length', `${OK}content-length: 5\r\n\r\nhell`],
    ['chunks', `${OK}transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n`],
    ['the last chunk', `${OK}transfer-encoding: chunked\r\n\r\n0\r\n`],
    ['trailers', `${OK}transfer-encoding: chunked\r\n\r\n0\r\nx: y\r\n`],
    ['a head', `${OK}content-le`],
  ])('that is cut within %s is never complete', (_case, text) => {
    expect(readText(text, { closes: true }).outcome).toBe('open');
  });

  it('has lower-case names, values without the blanks around them, and what is said twice joined', () => {
    const { headers } = readText(
      `${OK}X-One: \t a b\t \r\nset-cookie:a\r\nEmpty:\r\nSet-Cookie: \xe9\xa0\r\ncontent-length: 0\r\n\r\n`,
    );
    expect(headers).toEqual({ 'x-one': 'a b', 'set-cookie': 'a, \xe9\xa0', empty: '', 'content-length': '0' });
  });

  it('may have headers of any name', () => {
    const { headers } = readText(`${OK}constructor: a\r\n__proto__: b\r\ncontent-length: 0\r\n\r\n`);
    expect(headers?.['constructor']).toBe('a');
    expect(Object.getPrototypeOf(headers)).toBe(Object.prototype);
  });
});

describe('what is not an answer', () => {
  it.each([
    ['another protocol', '220 mail ready\r\n'],
    ['another protocol, so far', 'S'],
    ['HTTP/2', 'HTTP/2 200 OK\r\n\r\n'],
    ['no status', 'HTTP/1.1 OK\r\n\r\n'],
    ['a long status', 'HTTP/1.1 2000 OK\r\n\r\n'],
    ['a status below 100', 'HTTP/1.1 099 OK\r\n\r\n'],
    ['an unasked change of protocol', 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n'],
    ['lines that end in LF alone', 'HTTP/1.1 200 OK\ncontent-length: 2\n\nok\r\n\r\n'],
    ['a line that ends in CR alone', `${OK}a: b\rc: d\r\n\r\n`],
    ['a NUL in a value', `${OK}a: b\0\r\n\r\n`],
    ['a blank before a colon', `${OK}content-length : 2\r\n\r\nok`],
    ['a header that goes on in a second line', `${OK}a: b\r\n c\r\n\r\n`],
    ['a line without a colon', `${OK}abc\r\n\r\n`],
    ['a header without a name', `${OK}: abc\r\n\r\n`],
    ['two lengths', `${OK}content-length: 2\r\ncontent-length: 3\r\n\r\nok`],
    ['the same length twice', `${OK}content-length: 2\r\ncontent-length: 2\r\n\r\nok`],
    ['a length beside chunks', `${OK}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['another coding', `${OK}transfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n`],
    ['chunks twice', `${OK}transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['a negative length', `${OK}content-length: -1\r\n\r\n`],
    ['a length that is no number', `${OK}content-length: 0x2\r\n\r\nok`],
    ['a length beyond all numbers', `${OK}content-length: 9999999999999999\r\n\r\nok`],
    ['a chunk without a size', `${OK}transfer-encoding: chunked\r\n\r\n\r\nok`],
    ['a chunk whose size is no number', `${OK}transfer-encoding: chunked\r\n\r\n2x\r\nok`],
    ['a chunk with a blank behind its size', `${OK}transfer-encoding: chunked\r\n\r\n2 \r\nok\r\n`],
    ['a chunk of a size beyond all numbers', `${OK}transfer-encoding: chunked\r\n\r\n10000000000000\r\nok`],
    ['a chunk whose size ends in LF alone', `${OK}transfer-encoding: chunked\r\n\r\n2\nok\r\n`],
    ['a chunk that is longer than it says', `${OK}transfer-encoding: chunked\r\n\r\n2\r\noke\r\n`],
    ['an extension with a line end in it', `${OK}transfer-encoding: chunked\r\n\r\n2;a\nb\r\nok\r\n`],
    ['a trailer that is no header', `${OK}transfer-encoding: chunked\r\n\r\n0\r\nabc\r\n\r\n`],
  ])('%s is refused', (_case, text) => {
    expect(readText(text).outcome).toBe('malformed');
  });

  it.each([
    ['one header', `${OK}a: ${'b'.repeat(70_000)}\r\n\r\n`],
    ['one header, so far', `${OK}a: ${'b'.repeat(70_000)}`],
    ['many headers', OK + 'a: b\r\n'.repeat(15_000)],
  ])('a head of over 64 KiB, of %s, is no longer waited for', (_case, text) => {
    expect(readText(text).outcome).toBe('head-too-large');
  });

  it('more than a thousand headers are refused, and a thousand are not', () => {
    expect(readText(`${OK}${'a: b\r\n'.repeat(1001)}\r\n`).outcome).toBe('malformed');
    expect(readText(`${OK}${'a: b\r\n'.repeat(1000)}\r\n`).outcome).toBe('open');
  });

  it.each([
    ['an extension', '2;'],
    ['trailers', '0\r\na: '],
  ])('%s of over 64 KiB is refused', (_case, begin) => {
    expect(readText(`${OK}transfer-encoding: chunked\r\n\r\n${begin}${'x'.repeat(70_000)}`).outcome).toBe('malformed');
  });
});

const token = fc.stringMatching(/^[a-zA-Z-]{1,12}$/).map((name) => `x-${name}`);
const value = fc.stringMatching(/^[\x21-\x7e\x80-\xff]{0,20}$/);
const binary = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('latin1'));

const framedBody = fc.oneof(
  binary.map((body) => ({ body, head: `content-length: ${body.length}\r\n`, sent: body })),
  fc
    .tuple(fc.array(fc.tuple(binary, fc.constantFrom('', ';a', ';a="b"'))), fc.constantFrom('', 'x-trailer: 1\r\n'))
    .map(([chunks, trailer]) => {
      const written = chunks.filter(([chunk]) => chunk !== '');
      const sent = written.map(([chunk, extension]) => `${chunk.length.toString(16)}${extension}\r\n${chunk}\r\n`);
      const head = 'transfer-encoding: chunked\r\n';
      return { body: written.map(([chunk]) => chunk).join(''), head, sent: `${sent.join('')}0\r\n${trailer}\r\n` };
    }),
);

const answer = fc
  .record({
    early: fc.constantFrom('', 'HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\n'),
    status: fc.constantFrom(200, 201, 400, 429, 503),
    headers: fc.array(fc.tuple(token, value), { maxLength: 6 }),
    framedBody,
  })
  .map((parts) => {
    const lines = parts.headers.map(([name, text]) => `${name}: ${text}\r\n`).join('');
    const { head, sent, body } = parts.framedBody;
    const text = `${parts.early}HTTP/1.1 ${parts.status} Some reason\r\n${lines}${head}\r\n${sent}`;
    return { bytes: Buffer.from(text, 'latin1'), status: parts.status, body };
  });

const places = fc.array(fc.nat(), { maxLength: 12 });

/** Bytes that are nearly an answer. */
const damaged = fc
  .tuple(answer, fc.array(fc.tuple(fc.nat(), fc.constantFrom(0, 9, 10, 13, 32, 48, 58, 59, 97, 127, 255))))
  .map(([{ bytes }, changes]) => {
    const changed = Buffer.from(bytes);
    for (const [place, byte] of changes) changed[place % changed.length] = byte;
    return changed;
  });

describe('whatever the pieces are', () => {
  it('an answer is the same in all of them, and has nothing behind it', () => {
    fc.assert(
      fc.property(answer, places, ({ bytes, status, body }, at) => {
        const whole = readPieces([bytes]);
        expect(whole).toMatchObject({ outcome: 'complete', status, body, more: false });
        expect(readPieces(cut(bytes, at))).toEqual(whole);
      }),
      { numRuns: 400 },
    );
  });

  it('an answer byte by byte is the same', () => {
    fc.assert(
      fc.property(answer, ({ bytes }) => {
        const single = Array.from({ length: bytes.length }, (_, index) => bytes.subarray(index, index + 1));
        expect(readPieces(single)).toEqual(readPieces([bytes]));
      }),
      { numRuns: 30 },
    );
  });

  it('an answer that is cut before its end is never complete, and all that came of its body is right', () => {
    fc.assert(
      fc.property(answer, fc.nat(), ({ bytes, body }, place) => {
        const part = readPieces([bytes.subarray(0, place % bytes.length)], { closes: true });
        expect(part.outcome).toBe('open');
        expect(body.startsWith(part.body)).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  it('something that is not quite an answer comes to the same end, with the same body', () => {
    fc.assert(
      fc.property(fc.oneof(damaged, fc.uint8Array({ maxLength: 400 })), places, fc.boolean(), (bytes, at, closes) => {
        const buffer = Buffer.from(bytes);
        const whole = readPieces([buffer], { closes });
        expect(readPieces(cut(buffer, at), { closes })).toEqual(whole);
      }),
      { numRuns: 1500 },
    );
  });
});
