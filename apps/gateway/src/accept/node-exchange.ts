import type { IncomingMessage, ServerResponse } from 'node:http';

import type { ClientResponse, HeaderFields, HttpExchange } from './http-exchange.js';
import { readBody, type BodyLimits } from './read-body.js';

/** A request as node:http serves it. */
export class NodeExchange implements HttpExchange {
  readonly response: NodeResponse;

  constructor(
    readonly request: IncomingMessage,
    response: ServerResponse,
  ) {
    this.response = new NodeResponse(response);
  }

  readBody(limits: BodyLimits): Promise<Buffer> {
    return readBody(this.request, limits);
  }
}

/** A response of node:http. */
export class NodeResponse implements ClientResponse {
  onGone: (() => void) | undefined;
  readonly #response: ServerResponse;
  #isOver = false;

  constructor(response: ServerResponse) {
    this.#response = response;
    response.once('close', () => this.#closed());
  }

  get status(): number {
    return this.#response.statusCode;
  }

  get headersSent(): boolean {
    return this.#response.headersSent;
  }

  get isGone(): boolean {
    return this.#isOver || this.#response.destroyed;
  }

  get isBehind(): boolean {
    return this.#response.writableNeedDrain;
  }

  writeHead(status: number, headers: HeaderFields, ours?: HeaderFields): void {
    this.#response.writeHead(status, { ...headers, ...ours });
  }

  write(bytes: Buffer | string): Promise<void> | undefined {
    if (this.isGone || this.#response.write(bytes)) return undefined;
    const { promise, resolve } = Promise.withResolvers<void>();
    const done = (): void => {
      this.#response.off('drain', done).off('close', done);
      resolve();
    };
    this.#response.on('drain', done).on('close', done);
    return promise;
  }

  end(last?: Buffer | string): void {
    if (this.isGone) return;
    this.#isOver = true;
    this.#response.end(last);
    // A client that is still sending must be heard out, or its socket is reset before it has read this answer.
    if (!this.#response.req.complete) this.#response.req.resume();
  }

  cut(): void {
    this.#isOver = true;
    this.#response.destroy();
  }

  #closed(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.onGone?.();
  }
}
