import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * The connections of an HTTP server, so that it can be closed while clients hold some open.
 *
 * Node's own `closeIdleConnections` spares those on which no request ever came, which load balancers and browsers open
 * in advance; `close` would then wait for as long as they like.
 */
export class ServerConnections {
  /** How many requests wait for their answer on each. */
  readonly #requests = new Map<Socket, number>();
  #closing = false;

  constructor(server: Server) {
    server.on('connection', (socket: Socket) => this.#track(socket));
    server.prependListener('request', ({ socket }, response: ServerResponse) => {
      this.#count(socket, 1);
      response.once('close', () => this.#count(socket, -1));
    });
  }

  /** Closes each connection as soon as its last answer is out: those without a request now. */
  closeWhenAnswered(): void {
    this.#closing = true;
    for (const [socket, requests] of this.#requests) {
      if (requests === 0) socket.destroy();
    }
  }

  /** Closes all of them now. */
  destroy(): void {
    for (const socket of this.#requests.keys()) socket.destroy();
  }

  #track(socket: Socket): void {
    // It came in the moment before the server stopped listening, and would be refused in the next.
    if (this.#closing) {
      socket.destroy();
      return;
    }
    this.#requests.set(socket, 0);
    socket.once('close', () => this.#requests.delete(socket));
  }

  #count(socket: Socket, change: 1 | -1): void {
    const requests = this.#requests.get(socket);
    if (requests === undefined) return;
    this.#requests.set(socket, requests + change);
    if (this.#closing && requests + change === 0) socket.destroySoon();
  }
}
