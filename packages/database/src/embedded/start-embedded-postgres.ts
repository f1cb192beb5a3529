import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

import pg from 'pg';

import { locatePostgres } from './binaries.js';
import { openCluster, serverEnvironment, type Cluster } from './cluster.js';
import { clearStaleServer } from './orphan.js';
import { findServerUser, launchAs, type ServerUser } from './server-user.js';

export interface EmbeddedPostgresOptions {
  /** Made when missing. One process at a time. */
  readonly dataDir: string;
  /** Default: a free one. */
  readonly port?: number | undefined;
  /** The server's log, line by line. */
  onLog?(line: string): void;
}

export interface EmbeddedPostgres {
  /** With the password: not for logs. */
  readonly url: string;
  /** Stops the server, if need be by force. Resolves when its process is gone. */
  stop(): Promise<void>;
}

const DATABASE = 'switchyard';
const START_WITHIN_MS = 60_000;
const ATTEMPTS = 4;
const ATTEMPT_PAUSE_MS = 300;
// A store of configuration on somebody's laptop: small memory, no replication, no just-in-time compiler.
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '40',
  shared_buffers: '32MB',
  wal_level: 'minimal',
  max_wal_senders: '0',
  jit: 'off',
};

/**
 * Runs a Postgres server of its own in `dataDir`, on the loopback address, behind a password kept in that folder.
 *
 * As root the server runs as `postgres` or `nobody`. After a kill -9 of either process the next start recovers. The
 * server is in a process group of its own, so that Ctrl-C reaches only us, and we stop it last.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const binaries = locatePostgres();
  const user = findServerUser();
  const cluster = await openCluster(resolve(options.dataDir), binaries.initdb, user);
  await clearStaleServer(cluster.folder, cluster.ownerFile);
  const onLog = options.onLog ?? (() => {});
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await freePort());
    await writeFile(cluster.ownerFile, String(process.pid));
    const child = spawnServer({ postgres: binaries.postgres, cluster, user, port });
    const stopOnExit = (): void => void child.kill('SIGINT');
    process.once('exit', stopOnExit);
    const stop = async (): Promise<void> => {
      await stopServer(child);
      process.off('exit', stopOnExit);
      await rm(cluster.ownerFile, { force: true });
    };
    try {
      await waitUntilReady(child, onLog);
      const url = `postgresql://switchyard:${cluster.password}@127.0.0.1:${port}/${DATABASE}`;
      await createDatabaseOnce(url);
      return { url, stop };
    } catch (error) {
      await stop();
      if (attempt === ATTEMPTS || !mayPass(error, options)) throw error;
      await sleep(ATTEMPT_PAUSE_MS);
    }
  }
}

/**
 * A free port may be taken before it is bound, and the helpers of a server that was killed hold its shared memory until
 * they notice.
 */
function mayPass(error: unknown, { port }: EmbeddedPostgresOptions): boolean {
  const text = String(error);
  return text.includes('shared memory block') || (port === undefined && text.includes('Address already in use'));
}

interface ServerCommand {
  readonly postgres: string;
  readonly cluster: Cluster;
  readonly user: ServerUser | undefined;
  readonly port: number;
}

function spawnServer({ postgres, cluster, user, port }: ServerCommand): ChildProcess {
  const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const { command, args, ...identity } = launchAs(user, postgres, {
    args: ['-D', cluster.folder, '-p', String(port), ...settings],
    paths: [cluster.folder],
  });
  return spawn(command, args, {
    ...identity,
    cwd: '/',
    env: serverEnvironment(),
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

function waitUntilReady(child: ChildProcess, onLog: (line: string) => void): Promise<void> {
  const { promise, resolve: ready, reject } = Promise.withResolvers<void>();
  const lastLines: string[] = [];
  const fail = (what: string): void =>
    reject(new Error(`the embedded Postgres ${what}: ${lastLines.join(' | ') || 'it said nothing'}`));
  const timer = setTimeout(() => fail(`was not ready within ${START_WITHIN_MS} ms`), START_WITHIN_MS);
  child.once('error', (error) => fail(`cannot be run (${error.message})`));
  child.once('close', () => fail('did not start'));
  if (child.stderr !== null) {
    createInterface({ input: child.stderr }).on('line', (line) => {
      onLog(line);
      lastLines.push(line);
      if (lastLines.length > 5) lastLines.shift();
      if (line.includes('database system is ready to accept connections')) ready();
    });
  }
  return promise.finally(() => clearTimeout(timer));
}

async function stopServer(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  // Fast shutdown, immediate shutdown, force. (PostgreSQL manual, "Shutting Down the Server")
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    child.kill(signal);
    const patience = new AbortController();
    const late = await Promise.race([
      gone.then(() => false),
      sleep(10_000, true, { signal: patience.signal }).catch(() => false),
    ]);
    patience.abort();
    if (!late) return;
  }
  await gone;
}

async function createDatabaseOnce(url: string): Promise<void> {
  const maintenance = new URL(url);
  maintenance.pathname = '/postgres';
  const client = new pg.Client({ connectionString: maintenance.href, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  } finally {
    await client.end();
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port was found');
  return address.port;
}
