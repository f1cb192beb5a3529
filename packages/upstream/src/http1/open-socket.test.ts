import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { createServer as createTcpServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import tls, { type TLSSocket } from 'node:tls';

import { callFor, Loopback, never, readAll, requestTo } from '../__fixtures__/loopback.js';

const key = readFileSync(`${import.meta.dirname}/../__fixtures__/loopback.key`);
const cert = readFileSync(`${import.meta.dirname}/../__fixtures__/loopback.crt`);

const loopback = new Loopback();
afterEach(() => loopback.close());

function trustLoopback(): void {
  const trusted = tls.getCACertificates('default');
  tls.setDefaultCACertificates([...trusted, cert.toString()]);
  loopback.onClose(() => tls.setDefaultCACertificates(trusted));
}

describe('TLS', () => {
  it.each([0, 1000, 16_400, 3_000_000])('carries %d bytes both ways, on one connection', async (size) => {
    trustLoopback();
    let handshakes = 0;
    const server = createServer({ key, cert }, (request, response) => void request.pipe(response));
    server.on('secureConnection', () => (handshakes += 1));
    const url = await loopback.listen(server, 'https');
    const client = loopback.client();
    const body = randomBytes(size);
    for (let call = 0; call < 3; call += 1) {
      const answer = await client.call(requestTo(url, { body }), never);
      if (call === 1) await sleep(50);
      expect((await readAll(answer.body)).equals(body)).toBe(true);
    }
    expect(handshakes).toBe(1);
  });

  it('asks for HTTP/1.1, and spares a second connection the handshake of the first', async () => {
    trustLoopback();
    const seen: { protocol: unknown; reused: boolean }[] = [];
    const server = createServer({ key, cert, ALPNProtocols: ['h2', 'http/1.1'] }, (_request, response) => {
      response.writeHead(200, { connection: 'close' }).end('ok');
    });
    server.on('secureConnection', (socket: TLSSocket) => {
      seen.push({ protocol: socket.alpnProtocol, reused: socket.isSessionReused() });
    });
    const url = await loopback.listen(server, 'https');
    const client = loopback.client();
    for (let call = 0; call < 2; call += 1) expect(await callFor(client, requestTo(url))).toBe('ok');
    expect(seen).toEqual([
      { protocol: 'http/1.1', reused: false },
      { protocol: 'http/1.1', reused: true },
    ]);
  });

  it('names the host, and refuses a certificate for another', async () => {
    trustLoopback();
    const names: string[] = [];
    const server = createServer({
      key,
      cert,
      SNICallback: (name, done) => {
        names.push(name);
        done(null);
      },
    });
    const url = await loopback.listen(server, 'https');
    const named = new URL(url.href.replace('127.0.0.1', 'localhost'));
    await expect(callFor(loopback.client(), requestTo(named))).rejects.toMatchObject({
      code: 'upstream_network_error',
      message: `${named.host} showed a certificate for another host`,
    });
    expect(names).toEqual(['localhost']);
  });

  it('is left in the middle of its handshake when the call is cancelled', async () => {
    const closed = Promise.withResolvers<void>();
    const abort = new AbortController();
    const server = createTcpServer((socket) => {
      socket.once('close', () => closed.resolve());
      socket.once('data', () => abort.abort());
    });
    const url = await loopback.listen(server, 'https');
    await expect(loopback.client().call(requestTo(url), abort.signal)).rejects.toMatchObject({ code: 'client_closed' });
    await closed.promise;
  });
});
