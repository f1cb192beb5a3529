import { createServer, type Server, type Socket } from 'node:net';

import type { UpstreamDeadlines, UpstreamRequest } from '../upstream-call.js';
import { createUpstreamClient, type UpstreamClient, type UpstreamClientOptions } from '../upstream-client.js';

export const DEADLINES: UpstreamDeadlines = { connectMs: 2_000, headersMs: 2_000, idleMs: 2_000 };

export const never = new AbortController().signal;

/** Starts a server on a free port. `close` ends its connections too. */
export async function listenLocally(server: Server, scheme = 'http'): Promise<{ url: URL; close(): void }> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
  });
  const address = server.address();
  return {
    url: new URL(`${scheme}://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/v1/chat`),
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** Servers and clients of one test, closed after it. */
export class Loopback {
  readonly #closers: (() => unknown)[] = [];

  /** Starts a server on a free port. */
  async listen(server: Server, scheme = 'http'): Promise<URL> {
    const { url, close } = await listenLocally(server, scheme);
    this.#closers.push(close);
    return url;
  }

  /** A server of bare sockets. It is called for each request, of which no body may hold the end of another head. */
  raw(onRequest: (socket: Socket, request: { readonly connection: number; readonly head: string }) => void) {
    let connections = 0;
    return this.listen(
      createServer({ noDelay: true }, (socket) => {
        connections += 1;
        const connection = connections;
        socket.on('data', (bytes) => {
          const [head, ...rest] = bytes.toString('latin1').split('\r\n\r\n');
          if (head !== undefined && rest.length > 0) onRequest(socket, { connection, head });
        });
      }),
    );
  }

  client(options: UpstreamClientOptions = {}): UpstreamClient {
    const client = createUpstreamClient(options);
    this.#closers.push(() => client.close());
    return client;
  }

  onClose(close: () => unknown): void {
    this.#closers.push(close);
  }

  async close(): Promise<void> {
    for (const close of this.#closers.splice(0).toReversed()) await close();
  }
}

export function requestTo(url: URL, changes: Partial<UpstreamRequest> = {}): UpstreamRequest {
  const headers = { 'content-type': 'application/json' };
  return { method: 'POST', url, headers, body: Buffer.from('{"a":1}'), deadlines: DEADLINES, ...changes };
}

export async function readAll(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Calls and gives the whole body as text. */
export async function callFor(client: UpstreamClient, request: UpstreamRequest): Promise<string> {
  const answer = await client.call(request, never);
  return (await readAll(answer.body)).toString();
}
