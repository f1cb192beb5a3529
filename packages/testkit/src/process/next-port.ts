import { once } from 'node:events';
import { createServer } from 'node:net';

// Below the ports that the system gives to connections (32768 on), of which a run makes thousands: a port that is free
// now is then still free when a process listens on it. Runs side by side begin at different ones.
const FIRST = 12_000;
const PORTS = 20_000;

let offset = (process.pid * 97) % PORTS;

/** A loopback port that nothing listens on, and that this process has not given out before. */
export async function nextPort(): Promise<number> {
  for (let tries = 0; tries < PORTS; tries += 1) {
    const port = FIRST + offset;
    offset = (offset + 1) % PORTS;
    if (await isFree(port)) return port;
  }
  throw new Error(`none of the ports from ${FIRST} on is free`);
}

/** The first of so many such ports that follow each other. */
export async function nextPorts(count: number): Promise<number> {
  let first = await nextPort();
  for (let last = first; last < first + count - 1;) {
    const next = await nextPort();
    if (next !== last + 1) first = next;
    last = next;
  }
  return first;
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
