import { connect, isIP, type OnReadOpts, type Socket } from 'node:net';
import tls from 'node:tls';

import type { Address } from './address.js';

/** Two hours, the usual setting of a system, is later than any load balancer forgets a connection. */
const TCP_KEEP_ALIVE_MS = 60_000;

/** Sockets are read one after the other, and what was read is copied before the next one is: so one buffer serves them all. */
const READ_BUFFER = Buffer.allocUnsafeSlow(64 * 1024);

export interface SocketHooks {
  /** The connection stands, its TLS handshake included. */
  onConnect(): void;
  /** Gives the first `length` bytes of memory that is used again. */
  onRead(bytes: Buffer, length: number): void;
  /** The server will send nothing more. */
  onEnd(): void;
  /** The last that is heard of the socket, with the error if one closed it. */
  onClose(error: Error | undefined): void;
  /** What spares the next connection to the server most of its handshake. */
  onSession(session: Buffer): void;
}

/** Connects, over TLS where the address says so, to the first of the host's addresses that answers. */
export function openSocket(address: Address, session: Buffer | undefined, hooks: SocketHooks): Socket {
  const { hostname: host, port, isSecure } = address;
  const onread: OnReadOpts = {
    buffer: READ_BUFFER,
    callback: (length) => {
      hooks.onRead(READ_BUFFER, length);
      return true;
    },
  };
  const socket = isSecure ? openTls() : connect({ host, port, onread });
  socket.setNoDelay(true);
  socket.setKeepAlive(true, TCP_KEEP_ALIVE_MS);
  let failure: Error | undefined;
  socket.once(isSecure ? 'secureConnect' : 'connect', () => hooks.onConnect());
  socket.once('end', () => hooks.onEnd());
  socket.on('error', (error) => (failure = error));
  socket.once('close', () => hooks.onClose(failure));
  return socket;

  function openTls(): Socket {
    const servername = isIP(host) === 0 ? host : '';
    const options = { host, port, servername, session, ALPNProtocols: ['http/1.1'], onread };
    return tls.connect(options).on('session', (given) => hooks.onSession(given));
  }
}
