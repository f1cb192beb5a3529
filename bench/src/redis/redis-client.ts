import { once } from 'node:events';
import { connect } from 'node:net';

import { ReplyReader, type Reply } from './reply-reader.js';

/** A connection for the few things that the bench asks Redis. */
export interface RedisClient {
  /** @throws Error that Redis answered, or when the connection is gone. */
  ask(...command: readonly string[]): Promise<Reply>;
  /** From now on hears of every command that anybody sends; nothing can be asked any more. */
  monitor(onLine: (line: string) => void): Promise<void>;
  close(): void;
}

interface Waiting {
  resolve(reply: Reply): void;
  reject(error: Error): void;
}

export async function connectRedisClient(url: string): Promise<RedisClient> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  await once(socket, 'connect');
  const reader = new ReplyReader();
  const waiting: Waiting[] = [];
  let onLine: ((line: string) => void) | undefined;
  // Bytes as characters, so that lengths agree.
  socket.setEncoding('latin1').on('data', (piece: string) => {
    for (const reply of reader.read(piece)) {
      const first = waiting.shift();
      if (first === undefined) onLine?.(String(reply));
      else if (reply instanceof Error) first.reject(reply);
      else first.resolve(reply);
    }
  });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    for (const { reject } of waiting.splice(0)) reject(new Error('Redis closed the connection'));
  });
  const ask = (...command: readonly string[]): Promise<Reply> =>
    new Promise((resolve, reject) => {
      if (socket.destroyed) return reject(new Error('the connection to Redis is closed'));
      waiting.push({ resolve, reject });
      const parts = command.map((part) => `$${part.length}\r\n${part}\r\n`);
      return socket.write(`*${command.length}\r\n${parts.join('')}`, 'latin1');
    });
  return {
    ask,
    async monitor(listener) {
      onLine = listener;
      await ask('MONITOR');
    },
    close: () => void socket.destroy(),
  };
}
