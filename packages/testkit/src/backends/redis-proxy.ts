import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A way to Redis that can be broken. */
export interface RedisProxy {
  readonly url: string;
  /** Connections are refused, and those that stand are cut. */
  refuse(): Promise<void>;
  /** Connections stand, but nothing comes through in either direction; it comes when the proxy passes again. */
  hang(): void;
  /** What Redis answers comes so much later. */
  slowDown(ms: number): void;
  /** Ends the connections that stand; new ones pass. */
  cut(): void;
  pass(): Promise<void>;
  close(): Promise<void>;
}

export async function startRedisProxy(redisUrl: string): Promise<RedisProxy> {
  const proxy = new Proxy(new URL(redisUrl));
  await proxy.pass();
  return proxy;
}

class Proxy implements RedisProxy {
  readonly #target: URL;
  readonly #sockets = new Set<Socket>();
  readonly #waiting: (() => void)[] = [];
  #server: Server | undefined;
  #port = 0;
  #isHanging = false;
  #delayMs = 0;

  constructor(target: URL) {
    this.#target = target;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.#port}`;
  }

  async refuse(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    server?.close();
    this.cut();
    if (server !== undefined) await once(server, 'close');
  }

  hang(): void {
    this.#isHanging = true;
  }

  slowDown(ms: number): void {
    this.#delayMs = ms;
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async pass(): Promise<void> {
    this.#isHanging = false;
    this.#delayMs = 0;
    for (const forward of this.#waiting.splice(0)) forward();
    if (this.#server !== undefined) return;
    this.#server = createServer((client) => this.#join(client)).listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    if (address !== null && typeof address === 'object') this.#port = address.port;
  }

  async close(): Promise<void> {
    await this.refuse();
  }

  #join(client: Socket): void {
    const redis = connect(Number(this.#target.port), this.#target.hostname);
    this.#pipe(client, redis, () => 0);
    this.#pipe(redis, client, () => this.#delayMs);
  }

  #pipe(from: Socket, to: Socket, delayMs: () => number): void {
    this.#sockets.add(from);
    from.setNoDelay(true);
    from.on('data', (chunk) => {
      if (this.#isHanging) this.#waiting.push(() => to.write(chunk));
      else if (delayMs() > 0) setTimeout(() => to.write(chunk), delayMs());
      else to.write(chunk);
    });
    // What was sent on a connection that has ended since still arrives where it was sent to, and may be late for that.
    from.on('close', () => {
      this.#sockets.delete(from);
      if (this.#isHanging) this.#waiting.push(() => to.end());
      else to.end();
    });
    from.on('error', () => undefined);
    to.on('error', () => undefined);
  }
}
