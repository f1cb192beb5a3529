/**
 * The provider that all subjects forward to, as a process of its own: `node mock-upstream.js`. It prints its URL, and
 * on standard error what was wrong with the requests it got. `PUT /stream-shape` says how it streams from then on,
 * and `PUT /keep-alive` how many milliseconds it keeps idle connections; a prompt that asks for a fault gets it.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

import { checkOpenaiChatRequest } from '@switchyard/testkit';

import { STREAM, type StreamShape } from '../workload.js';
import { cannedJson, cannedStream } from './canned-answers.js';
import { fail } from './fail.js';
import { FaultReader } from './faults.js';

// Checking costs more than answering, and its CPU is shared with the subjects: a sample is enough.
const CHECK_EVERY = 50;
// A body beyond it has been checked once; parsing ten megabytes again stops the streams of others.
const LARGE_BYTES = 1_000_000;

const json = cannedJson();
let shape: StreamShape = STREAM;
let canned = cannedStream(shape);
const faults = new FaultReader();
let received = 0;

function reshape(wanted: StreamShape): void {
  shape = wanted;
  canned = cannedStream(shape);
}

function problemOf(request: IncomingMessage, body: Buffer): string | undefined {
  if (request.url !== '/v1/chat/completions') return `path ${request.url}`;
  if (request.headers.authorization?.startsWith('Bearer upstream-key') !== true) return 'the wrong key';
  received += 1;
  if (received % CHECK_EVERY !== 1 || body.length > LARGE_BYTES) return undefined;
  const violations = checkOpenaiChatRequest(JSON.parse(body.toString()));
  return violations.length > 0 ? violations.join('; ') : undefined;
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request);
  if (request.method === 'PUT') {
    if (request.url === '/keep-alive') server.keepAliveTimeout = Number(body);
    else reshape(JSON.parse(body.toString()));
    response.end();
    return;
  }
  const problem = problemOf(request, body);
  if (problem !== undefined) {
    process.stderr.write(`malformed request: ${problem}\n`);
    response.writeHead(400).end(problem);
    return;
  }
  const streams = body.includes('"stream":true');
  const fault = faults.next(body);
  if (fault !== undefined) {
    fail(response, fault, { streams, json, canned });
  } else if (streams) {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(canned.start);
    if (shape.intervalMs === 0) await streamFreely(response);
    else streamPaced(response);
  } else {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': json.length }).end(json);
  }
}

function streamPaced(response: ServerResponse): void {
  const { chunks, intervalMs } = shape;
  const { chunk, end } = canned;
  let next = 0;
  const writeNext = (): void => {
    if (next < chunks) response.write(chunk(next));
    else response.end(end);
    next += 1;
  };
  // The first goes at once: a client's time to the first token is then the subject's own.
  writeNext();
  const timer = setInterval(writeNext, intervalMs);
  response.on('close', () => clearInterval(timer));
}

async function streamFreely(response: ServerResponse): Promise<void> {
  const { chunks } = shape;
  const gone = once(response, 'close');
  for (let index = 0; index < chunks && !response.destroyed; index += 1) {
    if (!response.write(canned.chunk(index))) await Promise.race([once(response, 'drain'), gone]);
  }
  response.end(canned.end);
}

const server = createServer((request, response) => {
  // A client that goes while it sends is the subject's business, and shows in the load's own errors.
  answer(request, response).catch(() => response.destroy());
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
if (typeof address === 'object' && address !== null) console.log(`http://127.0.0.1:${address.port}`);
