import { PrismaPg } from '@prisma/adapter-pg';

import { PrismaClient } from './generated/client.js';
import { migrate } from './migrate/migrate.js';

export interface DatabaseOptions {
  readonly url: string;
  /** Default 10. */
  readonly maxConnections?: number | undefined;
  /** How long to wait for a connection, in milliseconds. Default 5000. */
  readonly connectTimeoutMs?: number | undefined;
  /** Hears of idle connections that broke. The next query opens a new one. */
  onConnectionLost?(error: Error): void;
}

/** The control plane's Postgres. Connects on the first query. */
export class Database {
  readonly client: PrismaClient;
  readonly #url: string;

  constructor(options: DatabaseOptions) {
    this.#url = options.url;
    const pool = {
      connectionString: options.url,
      max: options.maxConnections ?? 10,
      connectionTimeoutMillis: options.connectTimeoutMs ?? 5000,
      idleTimeoutMillis: 30_000,
      // A query that hangs must not hold a connection for good.
      statement_timeout: 60_000,
      query_timeout: 65_000,
      keepAlive: true,
      application_name: 'switchyard',
    };
    const onPoolError = (error: Error): void => options.onConnectionLost?.(error);
    this.client = new PrismaClient({ adapter: new PrismaPg(pool, { onPoolError, onConnectionError: onPoolError }) });
  }

  /** Brings the tables to this release. See `migrate`. */
  async migrate(): Promise<readonly string[]> {
    return migrate({ url: this.#url });
  }

  async close(): Promise<void> {
    await this.client.$disconnect();
  }
}

export function createDatabase(options: DatabaseOptions): Database {
  return new Database(options);
}
