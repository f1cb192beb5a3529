import { once } from 'node:events';
import { createServer } from 'node:net';

import { openSockets } from './open-sockets.js';

describe('the open sockets of a process', () => {
  it('are one more while it listens', async () => {
    const before = openSockets(process.pid);
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    expect(openSockets(process.pid)).toBe(before + 1);
    server.close();
    await once(server, 'close');
    expect(openSockets(process.pid)).toBe(before);
  });

  it('are none of a process that is gone', () => {
    expect(openSockets(2 ** 30)).toBe(0);
  });
});
