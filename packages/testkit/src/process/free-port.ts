import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

// Linux takes the ports of outgoing connections, and those of servers that name none, from 32,768 on (ip_local_port_range). One
// from there may be taken by anybody's connection before it is used: even by one that is made to this very port.
const FROM = 16_384;
const TO = 32_768;
const ATTEMPTS = 100;

/**
 * A loopback port that nothing listens on now, and that nothing is given which does not ask for it by its number.
 *
 * @throws Error where a hundred ports are taken.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    const port = randomInt(FROM, TO);
    if (await isFree(port)) return port;
    if (attempt === ATTEMPTS) throw new Error(`none of ${ATTEMPTS} ports from ${FROM} to ${TO - 1} is free`);
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
