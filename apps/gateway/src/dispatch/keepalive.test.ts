import { once } from 'node:events';
import { createServer, request, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import { NodeResponse } from '../accept/node-exchange.js';
import { endsEvent, Keepalive, type Framing } from './keepalive.js';

const SILENCE_MS = 30;

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.closeAllConnections();
});

/** What a client reads of a stream of these chunks that is silent after each. */
async function read(framing: Framing, chunks: readonly string[], silenceMs = SILENCE_MS): Promise<string> {
  const write = async (response: ServerResponse): Promise<void> => {
    const keepalive = new Keepalive(new NodeResponse(response), silenceMs);
    for (const chunk of chunks) {
      response.write(chunk);
      keepalive.wrote(Buffer.from(chunk), framing);
      await sleep(SILENCE_MS * 4);
    }
    keepalive.stop();
    response.end();
  };
  const server = createServer((_request, response) => void write(response)).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  const asked = request({ port: address.port, host: '127.0.0.1' }).end();
  const [response] = await once(asked, 'response');
  let text = '';
  for await (const chunk of response) text += String(chunk);
  server.close();
  return text;
}

describe('Keepalive', () => {
  it('writes comments between server-sent events, and none inside of one', async () => {
    const text = await read('sse', ['data: a\n\n', 'data: b', '\n\n']);
    expect(text).toMatch(/^data: a\n\n(: keep-alive\n\n)+data: b\n\n(: keep-alive\n\n)+$/);
  });

  it('writes line feeds between the elements of an array, and none inside of one', async () => {
    const text = await read('json-array', ['[{"a":1}\n', ',\r\n{"b":"x', ' y"}\n', ']']);
    expect(text).toMatch(/^\[\{"a":1\}\n\n+,\r\n\{"b":"x y"\}\n\n+\]$/);
    expect(JSON.parse(text)).toEqual([{ a: 1 }, { b: 'x y' }]);
  });

  it('writes nothing where it is off', async () => {
    expect(await read('sse', ['data: a\n\n'], 0)).toBe('data: a\n\n');
  });
});

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
