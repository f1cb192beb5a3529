import { once } from 'node:events';
import { createServer } from 'node:net';

import { freePort } from './free-port.js';

describe('a free port', () => {
  it('can be listened on, and is none that a connection or another server is given', async () => {
    const port = await freePort();
    expect(port).toBeLessThan(32_768);
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    expect(server.address()).toMatchObject({ port });
    server.close();
    await once(server, 'close');
  });
});
