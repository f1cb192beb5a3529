import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

import { nextPort, nextPorts, startPostgresServer, startRedisServer, type RunningProcess } from '@switchyard/testkit';

import { Closing } from '../closing.js';
import type { Subject, SubjectOptions } from './subject.js';
import { profileVariables, startSwitchyard, untilReady } from './switchyard-process.js';
import { writeConfiguration } from './write-configuration.js';

/** What can be done to a split subject besides measuring it. */
export interface SplitSubject extends Subject {
  /** Ends the gateway and starts it again with what it keeps on disk; resolves with the milliseconds until it is ready. */
  restartGateway(): Promise<number>;
  /** Ends admin, Redis and Postgres: what is left has to do without. */
  stopControlPlane(): Promise<void>;
}

/** As in docker-compose.yml, which says why. */
export const ADMIN_VARIABLES = { MALLOC_ARENA_MAX: '1', MALLOC_MMAP_THRESHOLD_: '131072' };

/** Switchyard as separate processes: admin, one worker and one gateway, with Redis and Postgres. */
export function startSplit(options: SubjectOptions): Promise<SplitSubject> {
  return Closing.opening((closing) => startParts(options, closing));
}

async function startParts(options: SubjectOptions, closing: Closing): Promise<SplitSubject> {
  const { folder, profile, processes } = options;
  const { file, keys, models } = await writeConfiguration(options);
  const postgres = await startPostgresServer();
  closing.add(() => postgres.stop());
  const redis = await startRedisServer();
  closing.add(() => redis.stop());
  const env = await sharedVariables({ databaseUrl: postgres.url, redisUrl: redis.url, configFile: file, processes });
  const metricsPorts = { admin: await nextPort(), worker: await nextPort(), gateway: await nextPort() };

  const start = async (name: keyof typeof metricsPorts): Promise<RunningProcess> => {
    const ownFolder = join(folder, name);
    const variables = name === 'admin' ? { ...env, ...ADMIN_VARIABLES } : env;
    const own = { ...variables, ...profileVariables(options, metricsPorts[name]), ...options.env };
    const running = await startSwitchyard([name, ...(name === 'admin' ? [] : processArgs(processes))], {
      ...options,
      folder: ownFolder,
      env: { ...own, SWITCHYARD_DATA_DIR: join(ownFolder, 'data') },
    });
    closing.add(() => running.kill());
    return running;
  };
  const ready = (name: keyof typeof metricsPorts, url: string, running: RunningProcess): Promise<void> =>
    untilReady(url, running, { ...options, folder: join(folder, name) });

  const admin = await start('admin');
  await ready('admin', env.SWITCHYARD_ADMIN_URL, admin);
  const worker = await start('worker');
  const url = `http://127.0.0.1:${env.SWITCHYARD_GATEWAY_PORT}`;
  let gateway = await start('gateway');
  await ready('gateway', url, gateway);

  return {
    subject: 'split',
    profile,
    url,
    keys,
    models,
    translates: true,
    get processes() {
      return [
        { name: 'gateway', pid: gateway.pid },
        { name: 'worker', pid: worker.pid },
        { name: 'admin', pid: admin.pid },
        { name: 'redis', pid: redis.pid },
        { name: 'postgres', pid: postgres.pid },
      ];
    },
    metricsUrls:
      profile === 'policy' ? Object.values(metricsPorts).map((port) => `http://127.0.0.1:${port}/metrics`) : [],
    redisUrl: redis.url,
    operator: { adminUrl: env.SWITCHYARD_ADMIN_URL, token: env.SWITCHYARD_OWNER_TOKEN },
    async restartGateway() {
      await gateway.kill();
      const startedAt = performance.now();
      gateway = await start('gateway');
      await ready('gateway', url, gateway);
      return performance.now() - startedAt;
    },
    async stopControlPlane() {
      await admin.kill();
      await redis.stop();
      await postgres.stop();
    },
    close: () => closing.close(),
  };
}

/** One process is what a service is without being told. */
function processArgs(processes: number): readonly string[] {
  return processes === 1 ? [] : ['--processes', `${processes}`];
}

async function sharedVariables(options: {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly configFile: string;
  readonly processes: number;
}) {
  // The processes of a worker listen on ports that follow each other.
  const wirePort = await nextPorts(options.processes);
  const wirePorts = options.processes === 1 ? `${wirePort}` : `${wirePort}-${wirePort + options.processes - 1}`;
  const adminPort = await nextPort();
  return {
    DATABASE_URL: options.databaseUrl,
    REDIS_URL: options.redisUrl,
    SWITCHYARD_CONFIG: options.configFile,
    SWITCHYARD_GATEWAY_PORT: `${await nextPort()}`,
    SWITCHYARD_ADMIN_PORT: `${adminPort}`,
    SWITCHYARD_ADMIN_URL: `http://127.0.0.1:${adminPort}`,
    SWITCHYARD_WIRE_PORT: `${wirePort}`,
    SWITCHYARD_WORKERS: `127.0.0.1:${wirePorts}`,
    SWITCHYARD_WIRE_TOKEN: randomBytes(24).toString('hex'),
    SWITCHYARD_MASTER_KEY: `bench:${randomBytes(32).toString('base64')}`,
    SWITCHYARD_KEY_PEPPER: randomBytes(24).toString('hex'),
    SWITCHYARD_OWNER_TOKEN: randomBytes(24).toString('hex'),
  };
}
