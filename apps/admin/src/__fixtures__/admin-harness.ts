import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';

import { parseKeyring, type Keyring } from '@switchyard/config';
import { createDatabase, type Database } from '@switchyard/database';
import { createRedisSnapshotStore, type SnapshotStore } from '@switchyard/shared-state';
import { createLogger, createMetrics } from '@switchyard/telemetry';
import { testPostgresUrl, testRedis } from '@switchyard/testkit';

import { startAdmin, type Admin, type AdminOptions } from '../start-admin.js';

export const PEPPER = 'pepper';
export const OWNER_TOKEN = 'owner-token';
export const WIRE_TOKEN = 'wire-token';

export function testKeyring(...ids: readonly string[]): Keyring {
  const names = ids.length === 0 ? ['k1'] : ids;
  return parseKeyring(names.map((id) => `${id}:${randomBytes(32).toString('base64')}`).join(','));
}

/** Real backends and what was opened on them; `close` closes all of it. */
export class AdminWorld {
  readonly lines: Record<string, unknown>[] = [];
  readonly #closers: (() => Promise<unknown> | unknown)[] = [];

  private constructor(
    readonly database: Database,
    readonly store: SnapshotStore,
    readonly keyring: Keyring,
  ) {}

  static async open(): Promise<AdminWorld> {
    const database = createDatabase({ url: await testPostgresUrl() });
    const store = createRedisSnapshotStore(await testRedis());
    const world = new AdminWorld(database, store, testKeyring());
    world.#closers.push(
      () => database.close(),
      () => store.close(),
    );
    return world;
  }

  async start(options: Partial<AdminOptions> = {}): Promise<Admin> {
    const destination = { write: (line: string) => void this.lines.push(JSON.parse(line)) };
    const admin = await startAdmin({
      database: this.database,
      snapshotStore: this.store,
      keyring: this.keyring,
      pepper: PEPPER,
      ownerToken: OWNER_TOKEN,
      wireToken: WIRE_TOKEN,
      host: '127.0.0.1',
      port: 0,
      variables: {},
      checkMs: 50,
      logger: createLogger({ service: 'admin', level: 'debug', destination }),
      metrics: createMetrics(),
      ...options,
    });
    this.#closers.push(() => admin.close());
    return admin;
  }

  /** An upstream of the test's own. */
  async upstream(listener: RequestListener): Promise<string> {
    const server: Server = createServer(listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    this.#closers.push(() => {
      server.closeAllConnections();
      server.close();
    });
    const address = server.address();
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  }

  async close(): Promise<void> {
    for (const close of this.#closers.toReversed()) await close();
  }
}

/** Waits until `look` gives something that is not undefined or false. */
export async function eventually<Found>(look: () => Promise<Found | undefined | false> | Found | undefined | false, withinMs = 5000): Promise<Found> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`not within ${withinMs} ms: ${look.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** One of everything. */
export const CONFIGURATION = `
api-keys: ["client-key-one-0123456789"]
claude-api-key:
  - api-key: sk-claude-secret
    prefix: core
    base-url: http://127.0.0.1:9
    headers: { x-secret: header-secret }
    models: [{ name: claude-upstream, alias: sonnet }]
aliases:
  - name: fast
    targets: [{ model: core/sonnet }]
`;

/** A request with the owner token, or another. */
export function ask(address: string, path: string, init: RequestInit & { token?: string } = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set('authorization', `Bearer ${init.token ?? OWNER_TOKEN}`);
  return fetch(`${address}${path}`, { ...init, headers });
}

export function postYaml(address: string, path: string, text: string): Promise<Response> {
  return ask(address, path, { method: 'POST', body: text, headers: { 'content-type': 'application/yaml' } });
}

/** What the tests read of an answer. */
export interface Answer {
  readonly data: readonly { readonly name: string }[];
  readonly nextCursor?: string;
  readonly changes: readonly unknown[];
  readonly error: { readonly code: string };
}

export async function answerOf(response: Response): Promise<Answer> {
  return JSON.parse(await response.text());
}
