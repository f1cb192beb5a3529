import { once } from 'node:events';
import { createServer, type Server } from 'node:http';

import { Pool } from 'undici';

import { cannedJson, cannedStream } from '../upstream/canned-answers.js';
import { fail } from '../upstream/fail.js';
import { FaultReader, formatFault, type Fault } from '../upstream/faults.js';
import { sendSoaking, type SoakRequest } from './soak-request.js';

const canned = cannedStream({ chunks: 2, intervalMs: 0 });
const json = cannedJson();
const faults = new FaultReader();
let server: Server;
let pool: Pool;
let sent = 0;

// Answers as the upstream does, without a gateway between.
beforeAll(async () => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const streams = request.url === '/stream';
    const fault = faults.next(Buffer.concat(chunks));
    if (fault !== undefined) return fail(response, fault, { streams, json, canned });
    return response.end(streams ? `${canned.chunk(0)}${canned.chunk(1)}${canned.end.toString()}` : json);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  pool = new Pool(typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : '');
});

afterAll(async () => {
  await pool.destroy();
  server.close();
  server.closeAllConnections();
});

function requestWith(streams: boolean, plan: SoakRequest['plan']): SoakRequest {
  sent += 1;
  const body = plan.fault === undefined ? 'a prompt' : formatFault(plan.fault, `t${sent}`);
  return { path: streams ? '/stream' : '/whole', headers: {}, body, streams, plan };
}

describe('a request of the soak', () => {
  it.each([true, false])('is good where nothing is wrong (streams: %s)', async (streams) => {
    expect(await sendSoaking(pool, requestWith(streams, {}))).toEqual({ type: 'good' });
  });

  it.each<[Fault, string]>([
    ['429', 'told'],
    ['500', 'told'],
    ['reset', 'unexpected'],
    ['cut', 'unexpected'],
  ])('sees a %s as %s, in a stream and in a body', async (fault, type) => {
    for (const streams of [true, false])
      expect(await sendSoaking(pool, requestWith(streams, { fault }))).toMatchObject({ type });
  });

  it('sees an answer well at the second attempt', async () => {
    const request = requestWith(true, { fault: '500' });
    await sendSoaking(pool, request);
    expect(await sendSoaking(pool, request)).toEqual({ type: 'good' });
  });

  it.each([0, 30])('is given up after %i ms, whether the answer has begun or not', async (abortAfterMs) => {
    for (const streams of [true, false]) {
      const request = requestWith(streams, { fault: 'stall', abortAfterMs });
      expect(await sendSoaking(pool, request)).toEqual({ type: 'aborted' });
    }
  });
});
