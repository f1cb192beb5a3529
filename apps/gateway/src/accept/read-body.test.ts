import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';

import { GatewayError } from '@switchyard/canonical';

import { readBody, type BodyLimits } from './read-body.js';

const LIMITS: BodyLimits = { maxBytes: 64 * 1024, timeoutMs: 1_000 };

interface Sent {
  readonly body?: Buffer;
  readonly headers?: Record<string, string>;
  /** Send only so many bytes, then stop or hang up. */
  readonly cutAt?: number;
  readonly andThen?: 'hang' | 'destroy';
}

/** Sends a body to a real server that reads it, and tells what came of it there. */
async function received(sent: Sent, limits = LIMITS): Promise<Buffer | GatewayError> {
  const server = createServer();
  const arrival = once(server, 'request');
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const port = (typeof address === 'object' ? address : null)?.port;
  const body = sent.body ?? Buffer.alloc(0);
  const client = httpRequest({
    port,
    method: 'POST',
    headers: { 'content-length': String(body.length), ...sent.headers },
  });
  client.on('error', () => {});
  client.write(body.subarray(0, sent.cutAt ?? body.length));
  if (sent.cutAt === undefined) client.end();
  try {
    const [incoming]: IncomingMessage[] = await arrival;
    if (incoming === undefined) throw new Error('no request came');
    if (sent.andThen === 'destroy') setTimeout(() => client.destroy(), 20);
    return await readBody(incoming, limits);
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  } finally {
    client.destroy();
    server.closeAllConnections();
    server.close();
  }
}

const text = Buffer.from(JSON.stringify({ model: 'm', filler: 'é'.repeat(2_000) }));

describe('readBody', () => {
  it.each([
    ['plain', undefined, text],
    ['gzip', 'gzip', gzipSync(text)],
    ['deflate', 'deflate', deflateSync(text)],
    ['brotli', 'br', brotliCompressSync(text)],
    ['zstd', 'zstd', zstdCompressSync(text)],
  ])('gives a %s body as the client meant it', async (_name, encoding, body) => {
    const headers: Record<string, string> = encoding === undefined ? {} : { 'content-encoding': encoding };
    expect(await received({ body, headers })).toEqual(text);
  });

  it('refuses a declared size over the limit before reading it', async () => {
    const outcome = await received({ body: Buffer.alloc(70_000), cutAt: 10 });
    expect(outcome).toMatchObject({ code: 'request_too_large', status: 413 });
  });

  it('stops a gzip bomb at the limit', async () => {
    const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024));
    expect(bomb.length).toBeLessThan(LIMITS.maxBytes);
    const outcome = await received({ body: bomb, headers: { 'content-encoding': 'gzip' } });
    expect(outcome).toMatchObject({ code: 'request_too_large', status: 413 });
  });

  it('tells an unknown encoding from a broken body', async () => {
    expect(await received({ body: text, headers: { 'content-encoding': 'lzma' } })).toMatchObject({
      code: 'unsupported_encoding',
      status: 415,
    });
    expect(await received({ body: text, headers: { 'content-encoding': 'gzip' } })).toMatchObject({
      code: 'invalid_request',
      status: 400,
    });
  });

  it('does not wait for ever for a client that stops sending', async () => {
    expect(await received({ body: text, cutAt: 10, andThen: 'hang' })).toMatchObject({
      code: 'request_timeout',
      status: 408,
    });
  });

  it('notices a client that leaves in the middle, compressed or not', async () => {
    expect(await received({ body: text, cutAt: 10, andThen: 'destroy' })).toMatchObject({ code: 'client_closed' });
    const body = gzipSync(text);
    const headers = { 'content-encoding': 'gzip' };
    expect(await received({ body, headers, cutAt: 10, andThen: 'destroy' })).toMatchObject({ code: 'client_closed' });
  });
});
