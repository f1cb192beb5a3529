import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { callFor, DEADLINES, Loopback, never, readAll, requestTo } from '../__fixtures__/loopback.js';

const loopback = new Loopback();
afterEach(() => loopback.close());

const OK = 'HTTP/1.1 200 OK\r\n';
const SHORT = `${OK}content-length: 2\r\n\r\nok`;

describe('a connection that carried a call', () => {
  it('carries the next one', async () => {
    const url = await loopback.raw((socket, { connection }) =>
      socket.write(`${OK}content-length: 1\r\n\r\n${connection}`),
    );
    const client = loopback.client();
    const answers: string[] = [];
    for (let call = 0; call < 5; call += 1) answers.push(await callFor(client, requestTo(url)));
    expect(answers).toEqual(['1', '1', '1', '1', '1']);
  });

  it.each([
    ['says that it closes', `${OK}connection: x, Close\r\ncontent-length: 2\r\n\r\nok`],
    ['speaks HTTP/1.0', 'HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok'],
    ['keeps it for too short', `${OK}keep-alive: timeout=2\r\ncontent-length: 2\r\n\r\nok`],
    ['sends something behind the answer', `${SHORT}${OK}content-length: 8\r\n\r\nsmuggled`],
    ['sends more than it said', `${OK}content-length: 2\r\n\r\nokay`],
    ['sends a body where none may be', `HTTP/1.1 204 No Content\r\ncontent-length: 2\r\n\r\nok`],
  ])('is not used again where the server %s', async (_case, answer) => {
    const connections: number[] = [];
    const url = await loopback.raw((socket, { connection }) => {
      connections.push(connection);
      socket.write(answer);
    });
    const client = loopback.client();
    for (let call = 0; call < 3; call += 1) expect(['ok', '']).toContain(await callFor(client, requestTo(url)));
    expect(connections).toEqual([1, 2, 3]);
  });

  it('is used again where the server says for how long', async () => {
    const url = await loopback.raw((socket, { connection }) =>
      socket.write(
        `HTTP/1.0 200 OK\r\nconnection: Keep-Alive\r\nkeep-alive: timeout=9, max=5\r\ncontent-length: 1\r\n\r\n${connection}`,
      ),
    );
    const client = loopback.client();
    expect(await callFor(client, requestTo(url))).toBe('1');
    expect(await callFor(client, requestTo(url))).toBe('1');
  });

  it('is closed by us before the server would', async () => {
    const closed = Promise.withResolvers<number>();
    let answeredAtMs = 0;
    const url = await loopback.raw((socket) => {
      socket.once('close', () => closed.resolve(performance.now()));
      answeredAtMs = performance.now();
      socket.write(`${OK}keep-alive: timeout=3\r\ncontent-length: 2\r\n\r\nok`);
    });
    await callFor(loopback.client(), requestTo(url));
    expect((await closed.promise) - answeredAtMs).toBeGreaterThan(900);
  });

  it('is not used again once the server closed it', async () => {
    const url = await loopback.raw((socket, { connection }) => {
      socket.write(`${OK}content-length: 1\r\n\r\n${connection}`);
      setTimeout(() => socket.end(), 5);
    });
    const client = loopback.client();
    for (const connection of ['1', '2', '3']) {
      expect(await callFor(client, requestTo(url))).toBe(connection);
      await sleep(40);
    }
  });

  it('is not used again once the server sent what nobody asked for', async () => {
    const url = await loopback.raw((socket, { connection }) => {
      socket.write(`${OK}content-length: 1\r\n\r\n${connection}`);
      setTimeout(() => socket.write(`${OK}content-length: 8\r\n\r\nsmuggled`), 5);
    });
    const client = loopback.client();
    expect(await callFor(client, requestTo(url))).toBe('1');
    await sleep(40);
    expect(await callFor(client, requestTo(url))).toBe('2');
  });

  it('takes no call that comes in the same turn as its end, if that could still be seen', async () => {
    const url = await loopback.raw((socket, { connection }) => {
      socket.write(`${OK}content-length: 1\r\n\r\n${connection}`);
      socket.end();
    });
    const client = loopback.client();
    for (const connection of ['1', '2', '3', '4', '5']) {
      expect(await callFor(client, requestTo(url))).toBe(connection);
    }
  });

  it('fails a call that it does not answer, and that is not sent twice', async () => {
    let requests = 0;
    const url = await loopback.raw((socket) => {
      requests += 1;
      if (requests === 1) socket.write(SHORT);
      else socket.resetAndDestroy();
    });
    const client = loopback.client();
    await callFor(client, requestTo(url));
    await expect(callFor(client, requestTo(url))).rejects.toMatchObject({
      code: 'upstream_network_error',
      message: `${url.host} reset the connection`,
    });
    expect(requests).toBe(2);
  });

  it('is left where the answer came before the request was taken', async () => {
    const connections: number[] = [];
    const url = await loopback.raw((socket, { connection }) => {
      connections.push(connection);
      socket.pause();
      socket.write(SHORT);
    });
    const client = loopback.client();
    const request = requestTo(url, { body: Buffer.alloc(32 * 1024 * 1024) });
    expect(await callFor(client, request)).toBe('ok');
    expect(await callFor(client, request)).toBe('ok');
    expect(connections).toEqual([1, 2]);
  });
});

describe('a bounded number of connections', () => {
  it('serves all calls, and no more at a time than it has', async () => {
    let open = 0;
    let most = 0;
    const connections = new Set<number>();
    const url = await loopback.raw((socket, { connection }) => {
      connections.add(connection);
      open += 1;
      most = Math.max(most, open);
      setTimeout(() => {
        open -= 1;
        socket.write(SHORT);
      }, 5);
    });
    const client = loopback.client({ connectionsPerOrigin: 3 });
    const calls = Array.from({ length: 20 }, () => callFor(client, requestTo(url)));
    expect(await Promise.all(calls)).toEqual(calls.map(() => 'ok'));
    expect(most).toBe(3);
    expect(connections.size).toBe(3);
  });

  it('goes on after calls that failed', async () => {
    let requests = 0;
    const url = await loopback.raw((socket) => {
      requests += 1;
      if (requests % 2 === 1) socket.destroy();
      else socket.write(SHORT);
    });
    const client = loopback.client({ connectionsPerOrigin: 1 });
    const calls = Array.from({ length: 6 }, () => callFor(client, requestTo(url)));
    const outcomes = (await Promise.allSettled(calls)).map(({ status }) => status);
    expect(outcomes).toEqual(['rejected', 'fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled']);
  });

  it('fails every call that waits for a server that refuses', async () => {
    const url = await loopback.raw(() => {});
    await loopback.close();
    const client = loopback.client({ connectionsPerOrigin: 1 });
    const calls = Array.from({ length: 4 }, () => callFor(client, requestTo(url)));
    for (const call of await Promise.allSettled(calls)) {
      expect(call).toMatchObject({ status: 'rejected', reason: { message: `${url.host} refused the connection` } });
    }
  });

  it('is no reason to try for ever where the server closes each at once', async () => {
    let accepted = 0;
    const url = await loopback.listen(
      createServer((socket) => {
        accepted += 1;
        socket.destroy();
      }),
    );
    const client = loopback.client({ connectionsPerOrigin: 1 });
    const request = requestTo(url, { deadlines: { ...DEADLINES, connectMs: 0 } });
    await expect(callFor(client, request)).rejects.toMatchObject({ code: 'upstream_network_error' });
    expect(accepted).toBeLessThan(3);
  });
});

describe('closing the client', () => {
  it('fails the calls that wait and those under way, and closes their sockets', async () => {
    const closed = Promise.withResolvers<void>();
    const url = await loopback.raw((socket) => {
      socket.once('close', () => closed.resolve());
      socket.write(`${OK}content-length: 5\r\n\r\nhe`);
    });
    const client = loopback.client({ connectionsPerOrigin: 1 });
    const answer = await client.call(requestTo(url), never);
    const waiting = client.call(requestTo(url), never);
    await client.close();
    const message = `${url.host} was not called: this process is closing its connections`;
    await expect(readAll(answer.body)).rejects.toMatchObject({ code: 'upstream_network_error', message });
    await expect(waiting).rejects.toMatchObject({ code: 'upstream_network_error', message });
    await closed.promise;
  });
});
