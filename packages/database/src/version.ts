import { clearLogs } from '@prisma/debug';

import type { Database } from './database.js';
import type { Prisma } from './generated/client.js';

/** Serialises every change of the configuration, over all admin processes. An arbitrary number, ours alone. */
const CHANGE_LOCK = 8_319_001n;

/** Runs `change` while no other process changes the configuration: all of it happens, or nothing. */
export async function changeConfiguration<Result>(
  database: Database,
  change: (transaction: Prisma.TransactionClient) => Promise<Result>,
): Promise<Result> {
  try {
    return await database.client.$transaction(
      async (transaction) => {
        await transaction.$executeRaw`SELECT pg_advisory_xact_lock(${CHANGE_LOCK})`;
        return change(transaction);
      },
      { timeout: 60_000, maxWait: 10_000 },
    );
  } finally {
    // Prisma keeps the last hundred statements with all they were given, to tell of them if it crashes: 10,000 keys with
    // their hashes, and sealed secrets.
    clearLogs();
  }
}

/** The version of the stored configuration; 0 before anything was applied. */
export async function currentVersion(database: Database): Promise<number> {
  const row = await database.client.configuration.findUnique({ where: { id: 1 }, select: { version: true } });
  return Number(row?.version ?? 0);
}

/**
 * Makes the version greater than `above`, and returns it.
 *
 * For a database that is behind what was published: one that was restored from a backup, or started afresh beside a
 * Redis that was not.
 */
export async function raiseVersion(database: Database, above: number): Promise<number> {
  return changeConfiguration(database, (transaction) => advanceVersion(transaction, above));
}

/**
 * The next version is at least the time in seconds since 1970, so that the first version of a new database follows the
 * last one of the database it replaces, which data-plane processes still hold in memory and on disk.
 */
export async function advanceVersion(transaction: Prisma.TransactionClient, above = 0): Promise<number> {
  const rows = await transaction.$queryRaw<{ version: bigint }[]>`
    INSERT INTO configuration (id, version, settings, source, updated_at)
    VALUES (1, GREATEST(extract(epoch FROM now())::bigint, ${BigInt(above)} + 1), '{}', 'file', now())
    ON CONFLICT (id) DO UPDATE
    SET version = GREATEST(configuration.version + 1, extract(epoch FROM now())::bigint, ${BigInt(above)} + 1),
        updated_at = now()
    RETURNING version`;
  return Number(rows[0]?.version);
}
