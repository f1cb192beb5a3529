import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  freePort,
  repositoryFile,
  startProcess,
  startRedisServer,
  testPostgresUrl,
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
}

/** A running Switchyard, as real processes with real Postgres and, when split, real Redis. */
export interface World {
  /** The gateway's address. */
  readonly url: string;
  readonly adminUrl: string;
  readonly configFile: string;
  readonly processes: Readonly<Record<string, RunningProcess>>;
  /** Replaces the configuration file's text. */
  writeConfig(text: string): Promise<void>;
  /** The gateway's request lines so far. */
  requestLines(): readonly Readonly<Record<string, unknown>>[];
  /** Everything that any process printed. */
  output(): string;
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 30_000;
const SECRETS = {
  SWITCHYARD_MASTER_KEY: `k1:${Buffer.alloc(32, 7).toString('base64')}`,
  SWITCHYARD_KEY_PEPPER: 'a-pepper-for-tests-that-is-long-enough',
  SWITCHYARD_WIRE_TOKEN: 'a-wire-token-for-tests-that-is-long-enough',
  SWITCHYARD_OWNER_TOKEN: 'an-owner-token-for-tests-that-is-long-enough',
};

/** Starts a world with this configuration, and waits until it serves. */
export async function startWorld(options: WorldOptions): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-e2e-'));
  const configFile = join(folder, 'config.yaml');
  await writeFile(configFile, options.config);
  const closers: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  const parts: Parts = { folder, configFile, closers, variables: options.variables ?? {} };
  try {
    const started = options.shape === 'standalone' ? await startStandalone(parts) : await startSplit(parts);
    await untilReady(started.url);
    return {
      ...started,
      configFile,
      writeConfig: (text) => writeFile(configFile, text),
      requestLines: () => requestLinesOf(started.processes['gateway']),
      output: () =>
        Object.values(started.processes)
          .map((one) => one.stdout() + one.stderr())
          .join('\n'),
      stop: () => closeAll(closers),
    };
  } catch (error) {
    await closeAll(closers);
    throw error;
  }
}

interface Parts {
  readonly folder: string;
  readonly configFile: string;
  readonly closers: (() => Promise<unknown>)[];
  readonly variables: Readonly<Record<string, string>>;
}

type Started = Pick<World, 'url' | 'adminUrl' | 'processes'>;

async function startStandalone(parts: Parts): Promise<Started> {
  const ready = /\{"gateway":"(?<gateway>[^"]+)","admin":"(?<admin>[^"]+)"\}/;
  const args = [
    'start',
    '--json',
    '--config',
    parts.configFile,
    '--port',
    '0',
    '--admin-port',
    '0',
    '--data-dir',
    join(parts.folder, 'data'),
  ];
  const gateway = await run(parts, { args, ready, variables: { DATABASE_URL: await testPostgresUrl() } });
  const found = gateway.stdout().match(ready)?.groups;
  return { url: found?.['gateway'] ?? '', adminUrl: found?.['admin'] ?? '', processes: { gateway } };
}

async function startSplit(parts: Parts): Promise<Started> {
  const redis = await startRedisServer();
  parts.closers.push(() => redis.stop());
  const shared = { ...SECRETS, REDIS_URL: redis.url };
  const wirePort = await freePort();
  const service = async (name: string, variables: Record<string, string>): Promise<RunningProcess> =>
    run(parts, {
      args: [name],
      ready: new RegExp(`"msg":"${name} listening"`),
      variables: { ...shared, SWITCHYARD_DATA_DIR: join(parts.folder, name), ...variables },
    });
  const [admin, worker, gateway] = await Promise.all([
    service('admin', {
      DATABASE_URL: await testPostgresUrl(),
      SWITCHYARD_CONFIG: parts.configFile,
      SWITCHYARD_ADMIN_PORT: '0',
    }),
    service('worker', { SWITCHYARD_WIRE_PORT: String(wirePort), SWITCHYARD_METRICS_PORT: '0' }),
    service('gateway', { SWITCHYARD_WORKERS: `127.0.0.1:${wirePort}`, SWITCHYARD_GATEWAY_PORT: '0' }),
  ]);
  return { url: addressIn(gateway), adminUrl: addressIn(admin), processes: { gateway, worker, admin } };
}

interface RunOptions {
  readonly args: readonly string[];
  readonly ready: RegExp;
  readonly variables: Readonly<Record<string, string>>;
}

async function run(parts: Parts, { args, ready, variables }: RunOptions): Promise<RunningProcess> {
  const running = await startProcess({
    command: process.execPath,
    args: [repositoryFile('apps/cli/dist/main.js'), ...args],
    env: { PATH: process.env['PATH'], HOME: parts.folder, ...variables, ...parts.variables },
    readyPattern: ready,
    timeoutMs: START_TIMEOUT_MS,
  });
  parts.closers.push(() => running.kill());
  return running;
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

function requestLinesOf(gateway: RunningProcess | undefined): readonly Readonly<Record<string, unknown>>[] {
  const printed = `${gateway?.stdout() ?? ''}\n${gateway?.stderr() ?? ''}`;
  return printed
    .split('\n')
    .filter((line) => line.startsWith('{') && line.includes('"msg":"request"'))
    .map((line) => JSON.parse(line));
}

async function closeAll(closers: (() => Promise<unknown>)[]): Promise<void> {
  for (let close = closers.pop(); close !== undefined; close = closers.pop()) await close();
}
