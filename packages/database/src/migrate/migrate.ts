import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import pg from 'pg';

/** The same key that Prisma's own migrate commands lock on, so that neither runs into the other. */
const MIGRATION_LOCK = 72_707_369;
const LOCK_WITHIN_MS = 60_000;

// As Prisma's schema engine makes it.
const CREATE_HISTORY = `
  CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id                  VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum            VARCHAR(64) NOT NULL,
    finished_at         TIMESTAMPTZ,
    migration_name      VARCHAR(255) NOT NULL,
    logs                TEXT,
    rolled_back_at      TIMESTAMPTZ,
    started_at          TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count INTEGER NOT NULL DEFAULT 0
  )`;

interface Migration {
  readonly name: string;
  readonly sql: string;
  /** Hex SHA-256 of the file, as Prisma records it. */
  readonly checksum: string;
}

export interface MigrateOptions {
  readonly url: string;
  /** Default: this package's `prisma/migrations`. */
  readonly folder?: string | undefined;
}

/**
 * Applies the migrations that a database lacks, each file in a transaction of its own, and returns their names.
 *
 * Several processes may call it at once: they take turns, and the later ones find nothing to do. The history is kept in
 * Prisma's `_prisma_migrations`. A database that is ahead of these files (a newer release ran) is left as it is.
 *
 * @throws when an applied migration differs from its file, or one fails; the failed file leaves no trace.
 */
export async function migrate(options: MigrateOptions): Promise<readonly string[]> {
  const migrations = await readMigrations(
    options.folder ?? fileURLToPath(new URL('../../prisma/migrations', import.meta.url)),
  );
  const client = new pg.Client({ connectionString: options.url, connectionTimeoutMillis: 10_000 });
  // A broken connection fails the query that runs; the event would end the process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(`SET lock_timeout = ${LOCK_WITHIN_MS}`);
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await client.query(CREATE_HISTORY);
    const pending = pendingMigrations(migrations, await readHistory(client));
    for (const migration of pending) await applyMigration(client, migration);
    return pending.map(({ name }) => name);
  } finally {
    // Ends the session, and with it the lock.
    await client.end();
  }
}

async function readMigrations(folder: string): Promise<readonly Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  return Promise.all(
    names.toSorted().map(async (name) => {
      const sql = await readFile(join(folder, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

/** Checksum by name, of the migrations that were applied. */
async function readHistory(client: pg.Client): Promise<ReadonlyMap<string, string>> {
  const { rows } = await client.query<{ migration_name: string; checksum: string }>(
    'SELECT migration_name, checksum FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
  );
  return new Map(rows.map((row) => [row.migration_name, row.checksum]));
}

function pendingMigrations(
  migrations: readonly Migration[],
  history: ReadonlyMap<string, string>,
): readonly Migration[] {
  for (const { name, checksum } of migrations) {
    const applied = history.get(name);
    if (applied !== undefined && applied !== checksum) {
      throw new Error(
        `migration ${name} was changed after it was applied: restore the file, and put the change in a new one`,
      );
    }
  }
  return migrations.filter(({ name }) => !history.has(name));
}

async function applyMigration(client: pg.Client, { name, sql, checksum }: Migration): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(sql);
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, now(), 1)`,
      [randomUUID(), checksum, name],
    );
    await client.query('COMMIT');
  } catch (cause) {
    // A connection that broke has rolled back by itself.
    await client.query('ROLLBACK').catch(() => undefined);
    throw new Error(`migration ${name} failed`, { cause });
  }
}
