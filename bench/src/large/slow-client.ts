import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

import { requestBody, requestPath } from '../request-body.js';
import type { Subject } from '../subjects/subject.js';

/** A client that reads its stream slowly. */
export interface SlowClient {
  /** Bytes read so far. */
  read(): number;
  close(): void;
}

/** Asks for a stream, and then reads so many bytes a second of it. */
export async function openSlowClient(subject: Subject, bytesPerSecond: number): Promise<SlowClient> {
  const { hostname, port } = new URL(subject.url);
  const socket = connect({ host: hostname, port: Number(port) });
  // Somebody has to hear it when the subject cuts the connection; what was read then says how far it came.
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.pause();
  socket.write(requestText(subject));
  let read = 0;
  const timer = setInterval(() => {
    read += take(socket, bytesPerSecond);
  }, 1_000);
  return {
    read: () => read,
    close() {
      clearInterval(timer);
      socket.destroy();
    },
  };
}

function take(socket: Socket, bytes: number): number {
  const chunk: unknown = socket.read(bytes) ?? socket.read();
  return Buffer.isBuffer(chunk) ? chunk.length : 0;
}

function requestText({ keys, models, headers = {} }: Subject): string {
  const body = requestBody('chat-stream', models[0] ?? '');
  const lines = Object.entries({
    host: 'bench',
    'content-type': 'application/json',
    'content-length': `${Buffer.byteLength(body)}`,
    authorization: `Bearer ${keys[0]}`,
    ...headers,
  }).map(([name, value]) => `${name}: ${value}`);
  return [`POST ${requestPath('chat-stream')} HTTP/1.1`, ...lines, '', body].join('\r\n');
}
