import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';

import { dropKeyspace } from './drop-keyspace.mjs';
import { loadPg, startPostgres } from './start-postgres.mjs';
import { startRedisCluster } from './start-redis-cluster.mjs';
import { startRedis } from './start-redis.mjs';

/**
 * Owns the servers that tests use, and hands them out over HTTP:
 *
 * - `POST /databases` → `{ url }`, a fresh database on the shared Postgres
 * - `POST /keyspaces` → `{ url, keyPrefix }`, a key prefix of its own on the shared Redis
 * - `POST /servers/redis[?port=N]`, `POST /servers/postgres` → `{ id, url, pid }`, a private server
 * - `POST /clusters/redis` → `{ nodes }`, three private servers that are one cluster
 * - `DELETE /servers/{id}` stops a private server
 *
 * Servers start when first asked for. The shared ones are those of DATABASE_URL and REDIS_URL where these are set.
 * It is a process of its own, since the test runner's worker processes come and go and none may own what all share.
 */
class Broker {
  #shared = new Map();
  #servers = new Map();
  #databases = [];
  #keyPrefixes = [];
  #lastId = 0;

  async handle(method, url) {
    const [kind, name] = url.pathname.split('/').slice(1);
    if (method === 'POST' && kind === 'databases') return this.#createDatabase();
    if (method === 'POST' && kind === 'keyspaces') return this.#createKeyspace();
    if (method === 'POST' && kind === 'servers') return this.#startServer(name, url.searchParams.get('port'));
    if (method === 'POST' && kind === 'clusters') return this.#startCluster();
    if (method === 'DELETE' && kind === 'servers') return this.#stopServer(name);
    throw new Error(`the broker knows no ${method} ${url.pathname}`);
  }

  async close() {
    await this.#dropDatabases();
    if (process.env.REDIS_URL) await dropKeyspace(process.env.REDIS_URL, this.#keyPrefixes);
    await Promise.all([...this.#servers.values()].map((server) => server.stop()));
  }

  /** For when there is no time to wait. */
  kill() {
    for (const { pid } of this.#servers.values()) tryKill(pid);
  }

  async #createDatabase() {
    const adminUrl = process.env.DATABASE_URL || (await this.#sharedServer('postgres'));
    const name = `test_${uniqueName()}`;
    await queryPostgres(adminUrl, `CREATE DATABASE "${name}"`);
    this.#databases.push(name);
    const url = new URL(adminUrl);
    url.pathname = `/${name}`;
    return { url: url.href };
  }

  async #createKeyspace() {
    const url = process.env.REDIS_URL || (await this.#sharedServer('redis'));
    const keyPrefix = `test-${uniqueName()}:`;
    this.#keyPrefixes.push(keyPrefix);
    return { url, keyPrefix };
  }

  async #sharedServer(name) {
    if (!this.#shared.has(name)) this.#shared.set(name, this.#startServer(name));
    const { url } = await this.#shared.get(name);
    return url;
  }

  async #startServer(name, port) {
    if (name !== 'redis' && name !== 'postgres') throw new Error(`the broker knows no server ${name}`);
    const options = { report, port: port ? Number(port) : undefined };
    const server = name === 'redis' ? await startRedis(options) : await startPostgres(options);
    return this.#keep(server);
  }

  async #startCluster() {
    const nodes = await startRedisCluster({ report });
    return { nodes: nodes.map((server) => this.#keep(server)) };
  }

  #keep(server) {
    this.#lastId += 1;
    const id = `${this.#lastId}`;
    this.#servers.set(id, server);
    return { id, url: server.url, pid: server.pid };
  }

  async #stopServer(id) {
    await this.#servers.get(id)?.stop();
    this.#servers.delete(id);
    return {};
  }

  async #dropDatabases() {
    const adminUrl = process.env.DATABASE_URL;
    if (!adminUrl) return;
    for (const name of this.#databases) {
      await queryPostgres(adminUrl, `DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`).catch(report);
    }
  }
}

async function queryPostgres(url, statement) {
  const { Client } = await loadPg();
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

function uniqueName() {
  return `${Date.now().toString(36)}_${randomBytes(4).toString('hex')}`;
}

function tryKill(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

function report(line) {
  process.stderr.write(`test backends: ${line}\n`);
}

async function main() {
  const broker = new Broker();
  const server = createServer((request, response) => {
    const answer = (status, value) => {
      response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
      response.end(JSON.stringify(value));
    };
    broker.handle(request.method, new URL(request.url, 'http://broker')).then(
      (value) => answer(200, value),
      (error) => answer(500, { error: error.message }),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  let closing;
  const end = () => {
    closing ??= broker.close().finally(() => process.exit());
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  process.on('exit', () => broker.kill());
  // Whoever started the broker holds the other end of its input: when that process is gone, so are the servers.
  process.stdin.on('end', end).on('close', end).resume();

  process.stdout.write(`http://127.0.0.1:${server.address().port}\n`);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await main();
