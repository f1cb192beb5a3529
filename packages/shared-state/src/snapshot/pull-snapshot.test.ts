import { once } from 'node:events';
import { createServer, type Server } from 'node:http';

import { exampleSnapshot } from '../__fixtures__/snapshots.js';
import { createSnapshotPull } from './pull-snapshot.js';

let server: Server;
let adminUrl: string;
let seen: (string | undefined)[][];

beforeEach(async () => {
  seen = [];
  server = createServer((request, response) => {
    const { authorization, 'if-none-match': known } = request.headers;
    seen.push([request.url, authorization, known]);
    if (authorization !== 'Bearer token') return void response.writeHead(401).end('{}');
    if (known === '"7"') return void response.writeHead(304).end();
    return void response.writeHead(200, { etag: '"7"' }).end(JSON.stringify(exampleSnapshot(7).routing));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  adminUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const signal = new AbortController().signal;

describe('createSnapshotPull', () => {
  it('fetches a half once, and then only asks whether it changed', async () => {
    const pull = createSnapshotPull({ adminUrl, part: 'routing', wireToken: 'token' });
    expect(await pull(signal)).toEqual(exampleSnapshot(7).routing);
    expect(await pull(signal)).toBeUndefined();
    expect(seen).toEqual([
      ['/internal/v1/snapshot/routing', 'Bearer token', undefined],
      ['/internal/v1/snapshot/routing', 'Bearer token', '"7"'],
    ]);
  });

  it('fails with the status when admin refuses', async () => {
    const pull = createSnapshotPull({ adminUrl, part: 'routing', wireToken: 'wrong' });
    await expect(pull(signal)).rejects.toThrow(/answered 401/);
  });
});
