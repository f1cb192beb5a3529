import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  nextPorts,
  repositoryFile,
  startProcess,
  startRedisServer,
  testPostgresUrl,
  type PrivateRedis,
  type RunningProcess,
} from '@switchyard/testkit';

/** The two shapes the product runs in; the client-facing tests hold for both. */
export const SHAPES = ['standalone', 'split'] as const;
export type Shape = (typeof SHAPES)[number];

export interface WorldOptions {
  readonly shape: Shape;
  /** YAML. */
  readonly config: string;
  readonly variables?: Readonly<Record<string, string>>;
  /** How many, when split: `worker`, `worker-2` and so on. One by default. */
  readonly workers?: number;
  /** How many, when split: `gateway`, `gateway-2` and so on. One by default. */
  readonly gateways?: number;
  /** Of each gateway and worker, when split. One by default. */
  readonly processesEach?: number;
  /** The way that a service takes to Redis, given the address of Redis itself; the direct one by default. */
  readonly redisUrlOf?: (service: string, redisUrl: string) => Promise<string>;
  /** A database that the test may take away; a fresh one on the shared server by default. */
  readonly databaseUrl?: string;
}

/** A running Switchyard, as real processes with real Postgres and, when split, real Redis. */
export interface World {
  /** The gateway's address. */
  readonly url: string;
  /** Those of all gateways, as they were started. */
  readonly urls: readonly string[];
  readonly adminUrl: string;
  readonly configFile: string;
  /** When split. */
  readonly redis: PrivateRedis | undefined;
  /** `gateway` (which in standalone is everything), `admin`, `worker`; after a restart the new one. */
  process(name: string): RunningProcess;
  /** Starts a service that has ended again, as it was, and returns its address. */
  restart(name: string): Promise<string>;
  /** Replaces the configuration file's text. */
  writeConfig(text: string): Promise<void>;
  /** The gateway's request lines so far. */
  requestLines(): readonly Readonly<Record<string, unknown>>[];
  /** Everything that any process printed, those that have ended too. */
  output(): string;
  /**
   * Stops everything.
   *
   * @throws Error when a process did not end well, or had printed a key, a prompt or an answer.
   */
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 30_000;
export const OWNER_TOKEN = 'an-owner-token-for-tests-that-is-long-enough';
const SECRETS = {
  SWITCHYARD_MASTER_KEY: `k1:${Buffer.alloc(32, 7).toString('base64')}`,
  SWITCHYARD_KEY_PEPPER: 'a-pepper-for-tests-that-is-long-enough',
  SWITCHYARD_WIRE_TOKEN: 'a-wire-token-for-tests-that-is-long-enough',
  SWITCHYARD_OWNER_TOKEN: OWNER_TOKEN,
};

/** What the tests put into keys, prompts and answers, and no process may ever print. */
export const NEVER_PRINTED = /client-key|upstream-key|prompt-text|answer-text|Hello|from upstream\./;

/** Starts a world with this configuration, and waits until it serves. */
export async function startWorld(options: WorldOptions): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-e2e-'));
  const configFile = join(folder, 'config.yaml');
  await writeFile(configFile, options.config);
  const parts: Parts = {
    ...options,
    folder,
    configFile,
    launches: new Map(),
    processes: new Map(),
    started: [],
    problems: [],
    closers: [() => rm(folder, { recursive: true, force: true })],
  };
  const output = (): string => parts.started.map((one) => one.stdout() + one.stderr()).join('\n');
  try {
    const world = options.shape === 'standalone' ? await startStandalone(parts) : await startSplit(parts);
    await Promise.all(world.urls.map(untilReady));
    return {
      ...world,
      configFile,
      process: (name) => processOf(parts, name),
      restart: async (name) => addressIn(await start(parts, name)),
      writeConfig: (text) => writeFile(configFile, text),
      requestLines: () => requestLinesIn(output()),
      output,
      stop: async () => {
        await closeAll(parts.closers);
        const leak = output()
          .split('\n')
          .find((line) => NEVER_PRINTED.test(line));
        if (leak !== undefined) parts.problems.push(`a secret was printed: ${leak}`);
        if (parts.problems.length > 0) throw new Error(parts.problems.join('\n'));
      },
    };
  } catch (error) {
    await closeAll(parts.closers);
    throw error;
  }
}

interface Parts extends WorldOptions {
  readonly folder: string;
  readonly configFile: string;
  /** How to start each service. */
  readonly launches: Map<string, RunOptions>;
  /** Those that run now, and all there ever were. */
  readonly processes: Map<string, RunningProcess>;
  readonly started: RunningProcess[];
  readonly problems: string[];
  readonly closers: (() => Promise<unknown>)[];
}

function processOf({ processes }: Parts, name: string): RunningProcess {
  const running = processes.get(name);
  if (running === undefined) throw new Error(`this world has no ${name}`);
  return running;
}

type Started = Pick<World, 'url' | 'urls' | 'adminUrl' | 'redis'>;

async function startStandalone(parts: Parts): Promise<Started> {
  const ready = /\{"gateway":"(?<gateway>[^"]+)","admin":"(?<admin>[^"]+)"/;
  const dataDir = join(parts.folder, 'data');
  const ports = ['--port', '0', '--admin-port', '0'];
  parts.launches.set('gateway', {
    args: ['start', '--json', '--config', parts.configFile, ...ports, '--data-dir', dataDir],
    ready,
    variables: { DATABASE_URL: parts.databaseUrl ?? (await testPostgresUrl()), SWITCHYARD_METRICS_PORT: '0' },
  });
  const gateway = await start(parts, 'gateway');
  const found = gateway.stdout().match(ready)?.groups;
  const url = found?.['gateway'] ?? '';
  return { url, urls: [url], adminUrl: found?.['admin'] ?? '', redis: undefined };
}

async function startSplit(parts: Parts): Promise<Started> {
  const { workers = 1, processesEach = 1 } = parts;
  const redis = await startRedisServer();
  parts.closers.push(() => redis.stop());
  const service = async (name: string, variables: Record<string, string>): Promise<RunningProcess> => {
    const [command = name] = name.split('-');
    const shared = {
      ...SECRETS,
      REDIS_URL: (await parts.redisUrlOf?.(name, redis.url)) ?? redis.url,
      SWITCHYARD_DATA_DIR: join(parts.folder, name),
      SWITCHYARD_METRICS_PORT: '0',
    };
    parts.launches.set(name, {
      args: [command],
      ready: new RegExp(`"msg":"${command} listening"`),
      variables: { ...shared, SWITCHYARD_PROCESSES: `${processesEach}`, ...variables },
    });
    return start(parts, name);
  };
  const wirePorts: number[] = [];
  while (wirePorts.length < workers) wirePorts.push(await nextPorts(processesEach));
  const gateway = (index: number): Promise<RunningProcess> =>
    service(nameOf('gateway', index), {
      SWITCHYARD_WORKERS: wirePorts.map((port) => `127.0.0.1:${port}-${port + processesEach - 1}`).join(','),
      SWITCHYARD_GATEWAY_PORT: '0',
    });
  const [admin, gateways] = await Promise.all([
    service('admin', {
      DATABASE_URL: parts.databaseUrl ?? (await testPostgresUrl()),
      SWITCHYARD_CONFIG: parts.configFile,
      SWITCHYARD_ADMIN_PORT: '0',
    }),
    Promise.all(Array.from({ length: parts.gateways ?? 1 }, (_, index) => gateway(index))),
    ...wirePorts.map((port, index) => service(nameOf('worker', index), { SWITCHYARD_WIRE_PORT: String(port) })),
  ]);
  const urls = gateways.map(addressIn);
  return { url: urls[0] ?? '', urls, adminUrl: addressIn(admin), redis };
}

function nameOf(service: string, index: number): string {
  return index === 0 ? service : `${service}-${index + 1}`;
}

interface RunOptions {
  readonly args: readonly string[];
  readonly ready: RegExp;
  readonly variables: Readonly<Record<string, string>>;
}

async function start(parts: Parts, name: string): Promise<RunningProcess> {
  const launch = parts.launches.get(name);
  if (launch === undefined) throw new Error(`this world has no ${name}`);
  const { args, ready, variables } = launch;
  const running = await startProcess({
    command: process.execPath,
    args: [repositoryFile('apps/cli/dist/main.js'), ...args],
    env: { PATH: process.env['PATH'], HOME: parts.folder, ...variables, ...parts.variables },
    readyPattern: ready,
    timeoutMs: START_TIMEOUT_MS,
  });
  parts.processes.set(name, running);
  parts.started.push(running);
  parts.closers.push(async () => {
    if (await hasEnded(running)) return;
    const { code, signal } = await running.kill();
    if (code !== 0) parts.problems.push(`${name} ended with ${signal ?? code}:\n${running.stderr()}`);
  });
  return running;
}

/** Whether a test has ended it already. */
function hasEnded(running: RunningProcess): Promise<boolean> {
  return Promise.race([running.waitForExit().then(() => true), Promise.resolve().then(() => false)]);
}

function addressIn(service: RunningProcess): string {
  return service.stdout().match(/"address":"(?<address>http:[^"]+)"/)?.groups?.['address'] ?? '';
}

async function untilReady(url: string): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  for (;;) {
    const response = await fetch(`${url}/readyz`);
    if (response.ok) return;
    if (performance.now() > deadline) throw new Error(`never ready: ${await response.text()}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

function requestLinesIn(output: string): readonly Readonly<Record<string, unknown>>[] {
  return output
    .split('\n')
    .filter((line) => line.startsWith('{') && line.includes('"msg":"request"'))
    .map((line) => JSON.parse(line));
}

async function closeAll(closers: (() => Promise<unknown>)[]): Promise<void> {
  for (let close = closers.pop(); close !== undefined; close = closers.pop()) await close();
}
