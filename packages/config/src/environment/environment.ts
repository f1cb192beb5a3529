import { GatewayError } from '@switchyard/canonical';
import type { z } from 'zod';
import { nearest } from '../nearest.js';
import { environmentSchema, type WorkerAddress } from './schema.js';

/** What a service is told by its environment, checked. */
export interface Environment {
  readonly redisUrl?: string | undefined;
  readonly databaseUrl?: string | undefined;
  /** The configuration file. */
  readonly configPath?: string | undefined;
  readonly dataDir: string;
  readonly host: string;
  readonly gatewayPort: number;
  readonly adminPort: number;
  readonly wirePort: number;
  readonly metricsPort: number | 'off';
  /** Of a gateway or worker, to share its work; `auto` is one on each core. */
  readonly processes: number | 'auto';
  /** Where workers listen; a DNS name may stand for many. */
  readonly workers: readonly WorkerAddress[];
  /** Where gateways and workers pull the snapshot when Redis has none. */
  readonly adminUrl?: string | undefined;
  readonly wireToken?: string | undefined;
  /** For `parseKeyring`. */
  readonly masterKey?: string | undefined;
  readonly keyPepper?: string | undefined;
  readonly ownerToken?: string | undefined;
  readonly logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  /** How long a request waits for Redis before its limits are decided without it. */
  readonly redisWaitMs: number;
  readonly drainSeconds: number;
  /** WebSockets that a gateway keeps open: for one client key, and for all. */
  readonly sockets: { readonly perKey: number; readonly inTotal: number };
  /** Addresses and networks of proxies whose word on a client's address is believed. */
  readonly trustedProxies: readonly string[];
  /** OpenTelemetry's own variables, as they are. */
  readonly otel: Readonly<Record<string, string>>;
}

/** The names that a service reads, in the order of `.env.example`; `OTEL_*` beside them. */
export const ENVIRONMENT_NAMES: readonly string[] = Object.keys(environmentSchema.shape);

const OUR_PREFIX = 'SWITCHYARD_';

/** Names that are not a service's but may stand in its environment: those of the tests and of the tools. */
const TOLERATED_NAMES = ['SWITCHYARD_TEST_LONG', 'SWITCHYARD_CACHE_DIR'];

/**
 * Checks the variables a service runs with. An empty one counts as absent.
 *
 * @throws GatewayError `invalid_configuration`, naming every variable at fault and what it must be, never its value.
 */
export function loadEnvironment(variables: Readonly<Record<string, string | undefined>>): Environment {
  const given = new Map<string, string>();
  for (const [name, value] of Object.entries(variables)) {
    if (value !== undefined && value.trim() !== '') given.set(name, value.trim());
  }
  const parsed = environmentSchema.safeParse(Object.fromEntries(given));
  const problems = [...unknownNames(given.keys()), ...(parsed.success ? [] : describe(parsed.error))];
  if (!parsed.success || problems.length > 0) {
    throw new GatewayError('invalid_configuration', `the environment is not usable:\n  ${problems.join('\n  ')}`);
  }

  const { data } = parsed;
  return {
    redisUrl: data.REDIS_URL,
    databaseUrl: data.DATABASE_URL,
    configPath: data.SWITCHYARD_CONFIG,
    dataDir: data.SWITCHYARD_DATA_DIR,
    host: data.SWITCHYARD_HOST,
    gatewayPort: data.SWITCHYARD_GATEWAY_PORT,
    adminPort: data.SWITCHYARD_ADMIN_PORT,
    wirePort: data.SWITCHYARD_WIRE_PORT,
    metricsPort: data.SWITCHYARD_METRICS_PORT,
    processes: data.SWITCHYARD_PROCESSES,
    workers: data.SWITCHYARD_WORKERS.map(({ host, port }) => ({ host, port: port ?? data.SWITCHYARD_WIRE_PORT })),
    adminUrl: data.SWITCHYARD_ADMIN_URL,
    wireToken: data.SWITCHYARD_WIRE_TOKEN,
    masterKey: data.SWITCHYARD_MASTER_KEY,
    keyPepper: data.SWITCHYARD_KEY_PEPPER,
    ownerToken: data.SWITCHYARD_OWNER_TOKEN,
    logLevel: data.SWITCHYARD_LOG_LEVEL,
    redisWaitMs: data.SWITCHYARD_REDIS_WAIT_MS,
    drainSeconds: data.SWITCHYARD_DRAIN_SECONDS,
    sockets: { perKey: data.SWITCHYARD_SOCKETS_PER_KEY, inTotal: data.SWITCHYARD_SOCKETS },
    trustedProxies: data.SWITCHYARD_TRUSTED_PROXIES,
    otel: Object.fromEntries([...given].filter(([name]) => name.startsWith('OTEL_'))),
  };
}

/** The environment of this process. */
export function readEnvironment(): Environment {
  return loadEnvironment(process.env);
}

/** What `${NAME}` in a configuration file may stand for: every variable of this process. */
export function configVariables(): Readonly<Record<string, string | undefined>> {
  return { ...process.env };
}

function unknownNames(names: Iterable<string>): readonly string[] {
  const known = new Set([...ENVIRONMENT_NAMES, ...TOLERATED_NAMES]);
  // Compared without what all of them begin with: it would make any two look alike.
  const knownEndings = ENVIRONMENT_NAMES.filter(isOurs).map((name) => name.slice(OUR_PREFIX.length));
  return [...names]
    .filter((name) => isOurs(name) && !known.has(name))
    .map((name) => {
      const meant = nearest(name.slice(OUR_PREFIX.length), knownEndings);
      const remedy =
        meant === undefined ? 'see .env.example for the names there are' : `did you mean ${OUR_PREFIX}${meant}?`;
      return `${name}: unknown name; ${remedy}`;
    });
}

function isOurs(name: string): boolean {
  return name.startsWith(OUR_PREFIX);
}

function describe(error: z.ZodError): readonly string[] {
  return error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
}
