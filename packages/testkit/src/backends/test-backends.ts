import { isArray, isRecord, type JsonRecord } from '../json-guards.js';
import { askBroker } from './broker.js';

/** A server that one test owns and may break. */
export interface PrivateServer {
  readonly url: string;
  readonly pid: number;
  /** Kills the server. A later start with the same port brings back an empty one. */
  stop(): Promise<void>;
}

/** A Redis that can also be made deaf: it accepts connections but answers nothing until `resume`. */
export interface PrivateRedis extends PrivateServer {
  pause(): void;
  resume(): void;
}

/** Creates a fresh database on the shared Postgres (DATABASE_URL, else one started for this run) and returns its URL. */
export async function testPostgresUrl(): Promise<string> {
  const { url } = await askBroker('POST', '/databases');
  return String(url);
}

/** Reserves a key prefix on the shared Redis (REDIS_URL, else one started for this run). */
export async function testRedis(): Promise<{ readonly url: string; readonly keyPrefix: string }> {
  const { url, keyPrefix } = await askBroker('POST', '/keyspaces');
  return { url: String(url), keyPrefix: String(keyPrefix) };
}

/** Starts a Redis of the test's own; `port` brings one back at the address of a stopped one. */
export async function startRedisServer(options: { readonly port?: number } = {}): Promise<PrivateRedis> {
  const path = options.port === undefined ? '/servers/redis' : `/servers/redis?port=${options.port}`;
  return privateRedis(await askBroker('POST', path));
}

/** A Redis cluster of three masters. */
export interface PrivateCluster {
  /** As `REDIS_URL` names a cluster. */
  readonly url: string;
  readonly nodes: readonly PrivateRedis[];
  stop(): Promise<void>;
}

/** Starts a Redis cluster of the test's own. */
export async function startRedisCluster(): Promise<PrivateCluster> {
  const answer = await askBroker('POST', '/clusters/redis');
  const nodes = isArray(answer['nodes']) ? answer['nodes'].filter(isRecord).map(privateRedis) : [];
  return {
    url: `redis+cluster://${nodes.map(({ url }) => new URL(url).host).join(',')}`,
    nodes,
    stop: async () => {
      await Promise.all(nodes.map((node) => node.stop()));
    },
  };
}

function privateRedis({ id, url, pid }: JsonRecord): PrivateRedis {
  const signal = (name: NodeJS.Signals): void => {
    process.kill(Number(pid), name);
  };
  return {
    url: String(url),
    pid: Number(pid),
    pause: () => signal('SIGSTOP'),
    resume: () => signal('SIGCONT'),
    stop: () => stopServer(String(id)),
  };
}

/** Starts a Postgres of the test's own. The URL is that of its superuser and its empty `postgres` database. */
export async function startPostgresServer(): Promise<PrivateServer> {
  const { id, url, pid } = await askBroker('POST', '/servers/postgres');
  return { url: String(url), pid: Number(pid), stop: () => stopServer(String(id)) };
}

async function stopServer(id: string): Promise<void> {
  await askBroker('DELETE', `/servers/${id}`);
}
