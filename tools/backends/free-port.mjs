import { once } from 'node:events';
import { createServer } from 'node:net';

// Below the ports that the system gives to connections (32768 on): one of those may be anybody's before a server listens on
// it. Beside those that the tests take themselves (12000 on). Brokers side by side begin at different ones.
const FIRST = 10_000;
const PORTS = 2_000;

let offset = (process.pid * 97) % PORTS;

/** @returns {Promise<number>} A loopback port that nothing listens on, and that this process has not given out lately. */
export async function freePort() {
  for (let tries = 0; tries < PORTS; tries += 1) {
    const port = FIRST + offset;
    offset = (offset + 1) % PORTS;
    if (await isFree(port)) return port;
  }
  throw new Error(`none of the ports from ${FIRST} on is free`);
}

/** @param {number} port */
async function isFree(port) {
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
