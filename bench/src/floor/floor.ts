/**
 * The floor: the least that a Node process can do to forward a request and its answer, with raw node:http and undici's
 * dispatch. `node floor.js UPSTREAM_URL` prints its own URL. Whatever a gateway does comes on top of this.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

import { Pool, type Dispatcher } from 'undici';

// As many connections as requests: streams that waited for one would be held one after the other, and not at once.
const upstream = new Pool(process.argv[2] ?? '', { connections: null, pipelining: 1 });

function forward(request: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const options: Dispatcher.DispatchOptions = {
      method: 'POST',
      path: request.url ?? '/',
      headers: { 'content-type': 'application/json', authorization: 'Bearer upstream-key' },
      body: chunks.length === 1 ? chunks[0] : Buffer.concat(chunks),
    };
    upstream.dispatch(options, answerTo(response));
  });
}

function answerTo(response: ServerResponse): Dispatcher.DispatchHandler {
  return {
    onRequestStart(controller) {
      response.on('close', () => {
        if (!response.writableFinished) controller.abort(new Error('the client has gone'));
      });
    },
    onResponseStart(controller, status, headers) {
      const { 'content-type': type, 'content-length': length } = headers;
      response.writeHead(status, {
        'content-type': String(type),
        ...(length === undefined ? {} : { 'content-length': String(length) }),
      });
      response.on('drain', () => controller.resume());
    },
    onResponseData(controller, chunk) {
      if (!response.write(chunk)) controller.pause();
    },
    onResponseEnd() {
      response.end();
    },
    onResponseError() {
      response.destroy();
    },
  };
}

const server = createServer(forward).listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
if (typeof address === 'object' && address !== null) console.log(`http://127.0.0.1:${address.port}`);
