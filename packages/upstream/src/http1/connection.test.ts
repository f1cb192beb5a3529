import { randomBytes } from 'node:crypto';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import fc from 'fast-check';
import { Agent } from 'undici';

import { callFor, DEADLINES, Loopback, never, readAll, requestTo } from '../__fixtures__/loopback.js';

const loopback = new Loopback();
afterEach(() => loopback.close());

const OK = 'HTTP/1.1 200 OK\r\n';

describe('a request', () => {
  it.each([0, 1, 1000, 16_300, 16_384, 16_385, 100_000, 5_000_000])(
    'with a body of %d bytes arrives as it is',
    async (size) => {
      const url = await loopback.listen(createHttpServer((request, response) => void request.pipe(response)));
      const client = loopback.client();
      const body = randomBytes(size);
      for (let call = 0; call < 2; call += 1) {
        const answer = await client.call(requestTo(url, { body }), never);
        expect((await readAll(answer.body)).equals(body)).toBe(true);
      }
    },
  );

  it('is one packet where it is small', async () => {
    const packets: number[] = [];
    const url = await loopback.listen(
      createServer((socket) => {
        socket.on('data', (bytes) => {
          packets.push(bytes.length);
          socket.write(`${OK}content-length: 0\r\n\r\n`);
        });
      }),
    );
    await callFor(loopback.client(), requestTo(url, { body: Buffer.alloc(2000) }));
    expect(packets).toHaveLength(1);
  });
});

describe('an answer', () => {
  it('is handed out in memory of its own, however many come at a time', async () => {
    const url = await loopback.listen(
      createHttpServer((request, response) => {
        const letter = request.headers['x-letter'];
        let left = 40;
        const send = () => {
          response.write(String(letter).repeat(5000));
          left -= 1;
          if (left > 0) setImmediate(send);
          else response.end();
        };
        send();
      }),
    );
    const client = loopback.client();
    const letters = [...'abcdefghijkl'];
    const bodies = await Promise.all(
      letters.map((letter) => callFor(client, requestTo(url, { headers: { 'x-letter': letter } }))),
    );
    expect(bodies).toEqual(letters.map((letter) => letter.repeat(200_000)));
  });

  it('gives the events that came at once as one chunk, and each that came alone', async () => {
    const url = await loopback.raw((socket) => {
      socket.write(`${OK}transfer-encoding: chunked\r\n\r\n3\r\none\r\n3\r\ntwo\r\n`);
      setTimeout(() => socket.write('5\r\nthr'), 40);
      setTimeout(() => socket.write('ee\r\n0\r\n\r\n'), 80);
    });
    const answer = await loopback.client().call(requestTo(url), never);
    const chunks: string[] = [];
    for await (const chunk of answer.body) chunks.push(chunk.toString());
    expect(chunks).toEqual(['onetwo', 'thr', 'ee']);
  });

  it('that nothing frames ends with the connection, but not with its reset', async () => {
    const url = await loopback.raw((socket, { connection }) => {
      socket.write(`${OK}\r\nall of it`, () =>
        connection === 1 ? socket.end() : setTimeout(() => socket.resetAndDestroy(), 20),
      );
    });
    const client = loopback.client();
    expect(await callFor(client, requestTo(url))).toBe('all of it');
    await expect(callFor(client, requestTo(url))).rejects.toMatchObject({
      message: `${url.host} reset the connection`,
    });
  });

  it.each([
    ['malformed', `${OK}content-length: x\r\n\r\n`, 'answered with something that is not HTTP/1.1'],
    ['malformed at once', 'SSH-2.0-x', 'answered with something that is not HTTP/1.1'],
    ['of a head without end', `${OK}a: ${'b'.repeat(70_000)}`, 'answered with too many headers'],
  ])('that is %s closes the connection and says so', async (_case, bytes, words) => {
    const closed = Promise.withResolvers<void>();
    const url = await loopback.raw((socket) => {
      socket.once('close', () => closed.resolve());
      socket.write(bytes);
    });
    await expect(callFor(loopback.client(), requestTo(url))).rejects.toMatchObject({
      code: 'upstream_network_error',
      message: `${url.host} ${words}`,
    });
    await closed.promise;
  });

  it('that breaks in its chunks gives what came before', async () => {
    const url = await loopback.raw((socket) => socket.write(`${OK}transfer-encoding: chunked\r\n\r\n2\r\nok\r\nx`));
    const answer = await loopback.client().call(requestTo(url), never);
    expect((await answer.body.next()).value?.toString()).toBe('ok');
    await expect(answer.body.next()).rejects.toMatchObject({ code: 'upstream_network_error' });
  });

  it('that was stopped for a slow reader goes on, and its connection carries the next call', async () => {
    const big = randomBytes(3_000_000);
    const connections = new Set<number | undefined>();
    const url = await loopback.listen(
      createHttpServer((request, response) => {
        connections.add(request.socket.remotePort);
        request.resume();
        response.end(big);
      }),
    );
    const client = loopback.client();
    for (let call = 0; call < 2; call += 1) {
      const answer = await client.call(requestTo(url), never);
      await sleep(50);
      expect((await readAll(answer.body)).equals(big)).toBe(true);
      await sleep(5);
    }
    expect(connections.size).toBe(1);
  });
});

describe('deadlines', () => {
  it('of headers are counted from the request, on a connection that was idle too', async () => {
    let requests = 0;
    const url = await loopback.raw((socket) => {
      requests += 1;
      if (requests === 1) socket.write(`${OK}content-length: 0\r\n\r\n`);
    });
    const client = loopback.client();
    const request = requestTo(url, { deadlines: { ...DEADLINES, headersMs: 100 } });
    await callFor(client, request);
    await sleep(80);
    const startedAtMs = performance.now();
    await expect(callFor(client, request)).rejects.toMatchObject({
      code: 'upstream_timeout',
      message: `${url.host} did not begin to answer within 100 ms`,
    });
    expect(performance.now() - startedAtMs).toBeGreaterThan(95);
  });
});

describe('beside undici', () => {
  it('every answer that both take is the same', async () => {
    let bytes: readonly Buffer[] = [];
    const url = await loopback.raw(async (socket) => {
      for (const piece of bytes) {
        socket.write(piece);
        await new Promise(setImmediate);
      }
      socket.end();
    });
    const client = loopback.client();
    const agent = new Agent({ pipelining: 0 });
    loopback.onClose(() => agent.close());
    await fc.assert(
      fc.asyncProperty(answerBytes, fc.array(fc.nat(), { maxLength: 3 }), async (answer, places) => {
        const ends = [...places.map((place) => place % answer.length).toSorted((a, b) => a - b), answer.length];
        bytes = ends.map((end, index) => answer.subarray(ends[index - 1] ?? 0, end)).filter(({ length }) => length > 0);
        const theirs = await agent.request({ origin: url.origin, path: '/', method: 'POST', body: '{}' });
        const ours = await client.call(requestTo(url), never);
        expect(ours.status).toBe(theirs.statusCode);
        expect(ours.headers).toEqual(joined(theirs.headers));
        expect((await readAll(ours.body)).equals(Buffer.from(await theirs.body.arrayBuffer()))).toBe(true);
      }),
      { numRuns: 150 },
    );
  });
});

const headerLine = fc.tuple(
  fc.stringMatching(/^X-[A-Za-z!#$%&'*+.^_`|~0-9-]{1,10}$/),
  fc.stringMatching(/^[ \t]{0,2}([\x21-\x7e]([\x20-\x7e]{0,20}[\x21-\x7e])?)?[ \t]{0,2}$/),
);

const payload = fc.uint8Array({ minLength: 1, maxLength: 3000 }).map((data) => Buffer.from(data));

/** Framed in each of the ways there are. */
const framed = fc.oneof(
  payload.map((body) => [`Content-Length: ${body.length}\r\n\r\n`, body]),
  payload.map((body) => ['\r\n', body]),
  fc
    .array(fc.tuple(payload, fc.constantFrom('', ';a', ';a=1;b="2"')), { maxLength: 6 })
    .map((chunks) => [
      'Transfer-Encoding: chunked\r\n\r\n',
      ...chunks.flatMap(([chunk, extension]) => [`${chunk.length.toString(16)}${extension}\r\n`, chunk, '\r\n']),
      '0\r\nx-trailer: 1\r\n\r\n',
    ]),
);

const answerBytes = fc
  .tuple(fc.constantFrom(200, 201, 404, 429, 500), fc.array(headerLine, { maxLength: 8 }), framed)
  .map(([status, headers, parts]) => {
    const head = `HTTP/1.1 ${status} Reason\r\n${headers.map(([name, text]) => `${name}:${text}\r\n`).join('')}`;
    return Buffer.concat(
      [head, ...parts].map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)),
    );
  });

/** undici leaves the blanks behind a value. */
function joined(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      [value]
        .flat()
        .map((one) => one?.trim())
        .join(', '),
    ]),
  );
}
