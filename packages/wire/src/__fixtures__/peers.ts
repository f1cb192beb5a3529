import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import type { AttemptHandler } from '../attempt.js';
import { createWireTransport, type WireTransport, type WireTransportOptions } from '../client/wire-client.js';
import { FrameBatch } from '../frame/frame-batch.js';
import { FrameDecoder } from '../frame/frame-decoder.js';
import { FrameType } from '../frame/frame-type.js';
import { WIRE_VERSION } from '../schema.js';
import { listenWire, type WireServer, type WireServerOptions } from '../server/wire-server.js';
import type { WireLogger } from '../wire-logger.js';

export const TOKEN = 'the-shared-token';

const GREETING = { version: WIRE_VERSION, providers: ['simulator'] };

/** The socket of a worker that sends whatever a test wants. */
export class RudeWorker {
  readonly socket: Socket;

  constructor(socket: Socket) {
    this.socket = socket;
  }

  send(type: FrameType, streamId: number, payload: Buffer | object): this {
    const batch = new FrameBatch();
    batch.add(type, streamId, Buffer.isBuffer(payload) ? payload : Buffer.from(JSON.stringify(payload)));
    for (const segment of batch.take()) this.socket.write(segment);
    return this;
  }
}

/** Servers and clients of one test, closed together after it. */
export class Peers {
  readonly #open: { close(): Promise<void> }[] = [];

  async server(handler: AttemptHandler, options: Partial<WireServerOptions> = {}): Promise<WireServer> {
    const server = await listenWire({ port: 0, token: TOKEN, providers: ['simulator'], handler, ...options });
    this.#open.push(server);
    return server;
  }

  /** A client that is not connected yet. */
  client(workers: string, options: Partial<WireTransportOptions> = {}): WireTransport {
    const client = createWireTransport({ workers, token: TOKEN, ...options });
    this.#open.push(client);
    return client;
  }

  /** A client that is connected to all of these. */
  async connected(servers: readonly WireServer[], options: Partial<WireTransportOptions> = {}): Promise<WireTransport> {
    const client = this.client(servers.map(hostPort).join(','), options);
    await until(() => client.availableWorkers() === servers.length);
    return client;
  }

  /** A worker that greets properly, and then does what `onOpen` does. Returns its `host:port`. */
  async rudeWorker(onOpen: (worker: RudeWorker, streamId: number) => void, hello: object = GREETING): Promise<string> {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      const worker = new RudeWorker(socket);
      const decoder = new FrameDecoder((type, streamId) => {
        if (type === FrameType.hello) worker.send(FrameType.hello, 0, hello);
        if (type === FrameType.open) onOpen(worker, streamId);
      });
      socket.on('data', (chunk: Buffer) => decoder.push(chunk));
      socket.on('error', () => {});
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    this.#open.push({
      close: async () => {
        for (const socket of sockets) socket.destroy();
        server.close();
        await once(server, 'close');
      },
    });
    const address = server.address();
    return `127.0.0.1:${typeof address === 'object' ? address?.port : undefined}`;
  }

  async close(): Promise<void> {
    await Promise.all(this.#open.splice(0).map((peer) => peer.close()));
  }
}

export function hostPort(server: WireServer): string {
  return `127.0.0.1:${server.address.port}`;
}

/** Waits for something that other code makes true; fails after `timeoutMs`. */
export async function until(condition: () => boolean, timeoutMs = 5000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`not so within ${timeoutMs} ms: ${condition.toString()}`);
    await sleep(2);
  }
}

/** A logger whose lines can be looked at. */
export class RecordingLogger implements WireLogger {
  readonly lines: string[] = [];

  info(facts: object, message: string): void {
    this.lines.push(`info ${message} ${JSON.stringify(facts)}`);
  }

  warn(facts: object, message: string): void {
    this.lines.push(`warn ${message} ${JSON.stringify(facts)}`);
  }
}

