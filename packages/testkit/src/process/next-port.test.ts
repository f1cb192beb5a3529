import { once } from 'node:events';
import { createServer } from 'node:net';

import { nextPort, nextPorts } from './next-port.js';

describe('the next port', () => {
  it('may be the first of several in a row', async () => {
    const before = await nextPort();
    const taken = createServer().listen(before + 2, '127.0.0.1');
    await Promise.race([once(taken, 'listening'), once(taken, 'error')]);
    const first = await nextPorts(3);
    taken.close();
    expect(first).toBeGreaterThan(before + 2);
    expect(await nextPort()).toBeGreaterThan(first + 2);
  });

  it('is one that nobody was given, and that nobody listens on', async () => {
    const first = await nextPort();
    const taken = createServer().listen(first + 1, '127.0.0.1');
    await Promise.race([once(taken, 'listening'), once(taken, 'error')]);
    const second = await nextPort();
    taken.close();
    expect(second).not.toBe(first);
    expect(second).not.toBe(first + 1);
    const server = createServer().listen(second, '127.0.0.1');
    await once(server, 'listening');
    server.close();
  });
});
