/**
 * The provider that all subjects forward to, as a process of its own: `node mock-upstream.js`. It prints its URL, and
 * at the end what was wrong with the requests it got.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

import { checkOpenaiChatRequest } from '@switchyard/testkit';

import { STREAM } from '../workload.js';
import { cannedEvents, cannedJson } from './canned-answers.js';

// Checking costs more than answering, and its CPU is shared with the subjects: a sample is enough.
const CHECK_EVERY = 50;

const json = cannedJson();
const events = cannedEvents(STREAM.chunks);
let received = 0;

function problemOf(request: IncomingMessage, body: string): string | undefined {
  if (request.url !== '/v1/chat/completions') return `path ${request.url}`;
  if (request.headers.authorization !== 'Bearer upstream-key') return 'the wrong key';
  received += 1;
  if (received % CHECK_EVERY !== 1) return undefined;
  const violations = checkOpenaiChatRequest(JSON.parse(body));
  return violations.length > 0 ? violations.join('; ') : undefined;
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const body = Buffer.concat(chunks).toString('latin1');
  const problem = problemOf(request, body);
  if (problem !== undefined) {
    process.stderr.write(`malformed request: ${problem}\n`);
    response.writeHead(400).end(problem);
  } else if (body.includes('"stream":true')) {
    stream(response);
  } else {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': json.length }).end(json);
  }
}

function stream(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  let next = 0;
  const timer = setInterval(() => {
    response.write(events[next]);
    next += 1;
    if (next === events.length) response.end();
  }, STREAM.intervalMs);
  response.on('close', () => clearInterval(timer));
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
