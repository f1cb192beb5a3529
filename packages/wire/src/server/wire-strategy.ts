import { type CustomTransportStrategy, Server } from '@nestjs/microservices';

import { WireServer, type WireServerOptions } from './wire-server.js';

export interface WireStrategyOptions extends WireServerOptions {
  /** How long running attempts may take to finish when the application closes. */
  readonly drainTimeoutMs: number;
}

/**
 * The wire as a Nest transport: `app.connectMicroservice({ strategy: new WireStrategy(options) })`.
 *
 * Attempts go to the handler of the options, not to `@MessagePattern` methods: those would put an Observable and Nest's
 * pipeline into each of them, a quarter of their cost.
 */
export class WireStrategy
  extends Server<Record<string, never>, 'listening' | 'draining' | 'closed'>
  implements CustomTransportStrategy
{
  readonly #options: WireStrategyOptions;
  readonly #server: WireServer;

  constructor(options: WireStrategyOptions) {
    super();
    this.#options = options;
    this.#server = new WireServer(options);
  }

  /** Its address, its load, and a way to drain it before the application closes. */
  get server(): WireServer {
    return this.#server;
  }

  listen(callback: (error?: unknown) => void): void {
    void this.#listen(callback);
  }

  async close(): Promise<void> {
    this._status$.next('draining');
    const cutOff = await this.#server.drain(this.#options.drainTimeoutMs);
    if (cutOff > 0) this.logger.warn(`${cutOff} attempts were cut off after ${this.#options.drainTimeoutMs} ms`);
    this._status$.next('closed');
  }

  on(): never {
    throw new Error('the wire has no events of its own; follow `status`');
  }

  unwrap(): never {
    throw new Error('use `server`, which is typed');
  }

  async #listen(callback: (error?: unknown) => void): Promise<void> {
    try {
      await this.#server.listen();
    } catch (error) {
      callback(error);
      return;
    }
    this._status$.next('listening');
    callback();
  }
}
