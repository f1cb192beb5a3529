import { z } from 'zod';

import { network } from '../file/policy-fields.js';

/** Where a worker's wire listens. */
export interface WorkerAddress {
  readonly host: string;
  readonly port: number;
}

const MAX_PROCESSES = 256;
const PROCESSES_MESSAGE = `must be a whole number from 1 to ${MAX_PROCESSES}, or auto for one on each core`;
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** Every variable of a service but OpenTelemetry's, with its default; in the order of `.env.example`. */
export const environmentSchema = z.object({
  REDIS_URL: redisUrl().optional(),
  SWITCHYARD_REDIS_WAIT_MS: wholeNumber({ min: 1, max: 60_000 }).default(40),
  DATABASE_URL: urlOf('postgres', 'postgresql').optional(),
  SWITCHYARD_CONFIG: z.string().optional(),
  SWITCHYARD_DATA_DIR: z.string().default('.switchyard'),
  SWITCHYARD_HOST: z.string().default('127.0.0.1'),
  SWITCHYARD_GATEWAY_PORT: port().default(8317),
  SWITCHYARD_WIRE_PORT: port().default(8318),
  SWITCHYARD_ADMIN_PORT: port().default(8319),
  SWITCHYARD_METRICS_PORT: portOrOff().default(9464),
  SWITCHYARD_PROCESSES: processes().default(1),
  SWITCHYARD_WORKERS: z
    .string()
    .transform(parseWorkers)
    .default([{ host: '127.0.0.1' }]),
  SWITCHYARD_ADMIN_URL: urlOf('http', 'https').optional(),
  SWITCHYARD_WIRE_TOKEN: z.string().optional(),
  SWITCHYARD_MASTER_KEY: z.string().optional(),
  SWITCHYARD_KEY_PEPPER: z.string().optional(),
  SWITCHYARD_OWNER_TOKEN: z.string().optional(),
  SWITCHYARD_TRUSTED_PROXIES: z.string().transform(splitList).pipe(z.array(network)).default([]),
  SWITCHYARD_LOG_LEVEL: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`).default('info'),
  SWITCHYARD_DRAIN_SECONDS: wholeNumber({ max: 3600 }).default(30),
  SWITCHYARD_SOCKETS_PER_KEY: wholeNumber({ max: 1_000_000 }).default(64),
  SWITCHYARD_SOCKETS: wholeNumber({ max: 1_000_000 }).default(4096),
});

function splitList(text: string): readonly string[] {
  return text.split(/[\s,]+/u).filter((entry) => entry !== '');
}

function wholeNumber({ min = 0, max }: { readonly min?: number; readonly max: number }) {
  const message = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,9}$/u, message)
    .transform(Number)
    .refine((value) => value >= min && value <= max, message);
}

/** 0 lets the system choose a free one. */
function port() {
  return wholeNumber({ max: 65_535 });
}

/** Of one service, behind one port. */
function processes() {
  return z.union([z.literal('auto'), wholeNumber({ min: 1, max: MAX_PROCESSES })], PROCESSES_MESSAGE);
}

function portOrOff() {
  return z.union([z.literal('off'), port()], 'must be a whole number from 0 to 65535, or off');
}

function urlOf(...schemes: readonly string[]) {
  const isAccepted = (text: string): boolean =>
    URL.canParse(text) && schemes.some((scheme) => new URL(text).protocol === `${scheme}:`);
  return z
    .string()
    .refine(isAccepted, `must be a URL that begins with ${schemes.map((name) => `${name}://`).join(' or ')}`);
}

/** One server, or some nodes of a cluster: `redis+cluster://user:password@host:port,host:port`, which is no URL to a parser. */
function redisUrl() {
  return z.string().refine((text) => {
    const [, scheme = '', login = '', hosts] = /^(rediss?)\+cluster:\/\/([^@]*@)?([^@/?#]+)\/?$/u.exec(text) ?? [];
    const urls = hosts === undefined ? [text] : hosts.split(',').map((host) => `${scheme}://${login}${host}`);
    return urls.every((url) => /^rediss?:/u.test(url) && URL.canParse(url));
  }, 'must be a URL that begins with redis:// or rediss://, or name a cluster: redis+cluster://host:port,host:port');
}

const WORKER_ADDRESS =
  /^(?:\[(?<bracketed>[0-9a-f:.]+)\]|(?<name>[^:[\]/]+))(?::(?<port>\d{1,5})(?:-(?<last>\d{1,5}))?)?$/iu;

/**
 * `a:1,b:2`, `a:1-4` for the processes of one worker, or a name alone; an IPv6 address stands in brackets. A port that is
 * not written is the wire's default.
 */
function parseWorkers(text: string, context: z.RefinementCtx): { host: string; port?: number }[] {
  const addresses = text.split(/[\s,]+/u).filter((entry) => entry !== '');
  return addresses.flatMap((address) => {
    const groups = WORKER_ADDRESS.exec(address)?.groups;
    const host = groups?.['bracketed'] ?? groups?.['name'];
    const first = Number(groups?.['port'] ?? 1);
    const last = Number(groups?.['last'] ?? first);
    if (host === undefined || first < 1 || last > 65_535 || last < first || last - first >= MAX_PROCESSES) {
      context.addIssue({ code: 'custom', message: 'must be a list like worker-1:8318,worker-2:8318, or a DNS name' });
      return [];
    }
    if (groups?.['port'] === undefined) return [{ host }];
    return Array.from({ length: last - first + 1 }, (_, place) => ({ host, port: first + place }));
  });
}
