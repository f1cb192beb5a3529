import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';

import { cannedStream } from '../upstream/canned-answers.js';
import type { LoadJob } from './job.js';
import { runLoad } from './run-load.js';

let server: Server;
let url: string;
let listener: RequestListener;

beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume().on('end', () => listener(request, response));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  url = typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : '';
});

afterAll(() => {
  server.close();
  server.closeAllConnections();
});

const SHAPE = { chunks: 3, intervalMs: 5 };
const canned = cannedStream(SHAPE);
const STREAM = [canned.start, canned.chunk(0), canned.chunk(1), canned.chunk(2), canned.end].join('');

function jobOf(job: Partial<LoadJob>): LoadJob {
  const pace = { type: 'closed', concurrency: 2 } as const;
  return { url, request: 'chat-2k', keys: ['a', 'b'], models: ['m'], headers: {}, pace, durationMs: 50, ...job };
}

describe('the load generator', () => {
  it('keeps so many requests under way, with all keys in turn', async () => {
    const seen = new Set<string | undefined>();
    let underWay = 0;
    let most = 0;
    listener = (request, response) => {
      seen.add(request.headers.authorization);
      underWay += 1;
      most = Math.max(most, underWay);
      setTimeout(() => {
        underWay -= 1;
        response.end('{}');
      }, 2);
    };
    const result = await runLoad(jobOf({ durationMs: 500 }));
    expect(result).toMatchObject({ errors: 0, firstTokenMs: {} });
    expect(result.requests).toBeGreaterThanOrEqual(4);
    expect(most).toBe(2);
    expect([...seen].toSorted()).toEqual(['Bearer a', 'Bearer b']);
  });

  it('sends at its rate however long answers take', async () => {
    const held: (() => void)[] = [];
    listener = (_request, response) => {
      held.push(() => response.end('{}'));
      if (held.length === 10) for (const release of held) release();
    };
    const result = await runLoad(jobOf({ pace: { type: 'rate', perSecond: 100 }, durationMs: 95 }));
    expect(result).toMatchObject({ requests: 10, errors: 0 });
  });

  it('begins no more requests than it is to', async () => {
    listener = (_request, response) => response.end('{}');
    expect(await runLoad(jobOf({ durationMs: 5_000, maxRequests: 7 }))).toMatchObject({ requests: 7, errors: 0 });
  });

  it('sees every chunk of a stream', async () => {
    listener = (_request, response) => response.end(STREAM);
    const result = await runLoad(jobOf({ request: 'chat-stream', stream: SHAPE, maxRequests: 1 }));
    expect(result).toMatchObject({ requests: 1, errors: 0, chunks: 3, lost: 0, merged: 2 });
    expect(result.firstTokenMs.p50).toBeGreaterThan(0);
  });

  it.each([
    ['a status', 503, 'no', 'status 503: no'],
    ['an empty answer', 200, '', 'an empty answer'],
  ])('counts %s as an error', async (_what, status, body, problem) => {
    listener = (_request, response) => response.writeHead(status).end(body);
    const result = await runLoad(jobOf({ maxRequests: 2 }));
    expect(result).toMatchObject({ requests: 0, errors: 2, firstError: problem });
  });

  it('counts a stream without its proper end as an error', async () => {
    listener = (_request, response) => response.end(canned.chunk(0));
    const result = await runLoad(jobOf({ request: 'chat-stream', stream: SHAPE, maxRequests: 1 }));
    expect(result.firstError).toMatch(/^a stream that ended with /);
  });
});
