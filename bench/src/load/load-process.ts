/**
 * The load generator, as a process of its own so that its CPU is nobody's: `node load-process.js` prints its URL, takes
 * a job as the body of a `POST` and answers, when it is done, with the result.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';

import type { LoadJob, LoadResult } from './job.js';
import { runLoad } from './run-load.js';

async function resultOf(request: IncomingMessage): Promise<LoadResult> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const job: LoadJob = JSON.parse(Buffer.concat(chunks).toString());
  return runLoad(job);
}

const server = createServer((request, response) => {
  resultOf(request).then(
    (result) => response.end(JSON.stringify(result)),
    (error: unknown) => response.writeHead(500).end(String(error)),
  );
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
if (typeof address === 'object' && address !== null) console.log(`http://127.0.0.1:${address.port}`);
