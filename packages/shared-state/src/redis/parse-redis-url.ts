export type RedisAddress =
  | { readonly type: 'single'; readonly url: string }
  | {
      readonly type: 'cluster';
      /** Where the cluster's nodes are asked for; the others are learnt from them. */
      readonly seeds: readonly { readonly host: string; readonly port: number }[];
      readonly username?: string | undefined;
      readonly password?: string | undefined;
      readonly isEncrypted: boolean;
    };

const DEFAULT_PORT = 6379;
const CLUSTER_URL = /^redis(?<tls>s?)\+cluster:\/\/(?:(?<login>[^@]*)@)?(?<hosts>[^@/?#]+)\/?$/u;

/**
 * Reads a `REDIS_URL`: `redis://` and `rediss://` name one server, `redis+cluster://user:password@host:port,host:port` (and
 * `rediss+cluster://` for TLS) some nodes of a cluster.
 *
 * @throws Error for a cluster's URL that cannot be read; it names no part of the URL, which may hold a password.
 */
export function parseRedisUrl(url: string): RedisAddress {
  if (!/^rediss?\+cluster:/u.test(url)) return { type: 'single', url };
  const { tls, login = '', hosts } = CLUSTER_URL.exec(url)?.groups ?? {};
  const seeds = hosts?.split(',').map((host) => `redis://${host}`) ?? [];
  if (seeds.length === 0 || !seeds.every((seed) => URL.canParse(seed))) {
    throw new Error('a cluster is written redis+cluster://user:password@host:port,host:port');
  }
  const [username = '', password = ''] = login.split(/:(.*)/u);
  return {
    type: 'cluster',
    seeds: seeds.map(parseSeed),
    username: username === '' ? undefined : decodeURIComponent(username),
    password: password === '' ? undefined : decodeURIComponent(password),
    isEncrypted: tls === 's',
  };
}

function parseSeed(url: string): { host: string; port: number } {
  const { hostname, port } = new URL(url);
  return { host: hostname.replace(/^\[|\]$/gu, ''), port: port === '' ? DEFAULT_PORT : Number(port) };
}
