import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

import { freePort, startPostgresServer, startRedisServer, type RunningProcess } from '@switchyard/testkit';

import type { Subject, SubjectOptions } from './subject.js';
import { startSwitchyard, untilReady, writeConfiguration } from './switchyard-process.js';

/** Switchyard as separate processes: admin, one worker and one gateway, with Redis and Postgres. */
export async function startSplit({ upstreamUrl, folder }: SubjectOptions): Promise<Subject> {
  const closers: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    return await startParts({ upstreamUrl, folder }, closers, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function startParts(
  { upstreamUrl, folder }: SubjectOptions,
  closers: (() => Promise<unknown>)[],
  close: () => Promise<void>,
): Promise<Subject> {
  const { file, key } = await writeConfiguration(folder, upstreamUrl);
  const postgres = await startPostgresServer();
  closers.push(() => postgres.stop());
  const redis = await startRedisServer();
  closers.push(() => redis.stop());
  const env = await sharedEnvironment({ databaseUrl: postgres.url, redisUrl: redis.url, configFile: file });

  const start = async (name: string, own: Readonly<Record<string, string>>): Promise<RunningProcess> => {
    const ownFolder = join(folder, name);
    const running = await startSwitchyard([name], {
      folder: ownFolder,
      env: { ...env, SWITCHYARD_DATA_DIR: join(ownFolder, 'data'), ...own },
    });
    closers.push(() => running.kill());
    return running;
  };
  const admin = await start('admin', { SWITCHYARD_METRICS_PORT: `${await freePort()}` });
  await untilReady(`http://127.0.0.1:${env.SWITCHYARD_ADMIN_PORT}`, admin, join(folder, 'admin'));
  const worker = await start('worker', { SWITCHYARD_METRICS_PORT: `${await freePort()}` });
  const gateway = await start('gateway', { SWITCHYARD_METRICS_PORT: `${await freePort()}` });
  const url = `http://127.0.0.1:${env.SWITCHYARD_GATEWAY_PORT}`;
  await untilReady(url, gateway, join(folder, 'gateway'));

  const processes = [
    { name: 'gateway', pid: gateway.pid },
    { name: 'worker', pid: worker.pid },
    { name: 'admin', pid: admin.pid },
    { name: 'redis', pid: redis.pid },
    { name: 'postgres', pid: postgres.pid },
  ];
  return { name: 'split', url, key, processes, close };
}

async function sharedEnvironment(options: {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly configFile: string;
}) {
  const wirePort = await freePort();
  const adminPort = await freePort();
  return {
    DATABASE_URL: options.databaseUrl,
    REDIS_URL: options.redisUrl,
    SWITCHYARD_CONFIG: options.configFile,
    SWITCHYARD_GATEWAY_PORT: `${await freePort()}`,
    SWITCHYARD_ADMIN_PORT: `${adminPort}`,
    SWITCHYARD_ADMIN_URL: `http://127.0.0.1:${adminPort}`,
    SWITCHYARD_WIRE_PORT: `${wirePort}`,
    SWITCHYARD_WORKERS: `127.0.0.1:${wirePort}`,
    SWITCHYARD_WIRE_TOKEN: randomBytes(24).toString('hex'),
    SWITCHYARD_MASTER_KEY: `bench:${randomBytes(32).toString('base64')}`,
    SWITCHYARD_KEY_PEPPER: randomBytes(24).toString('hex'),
    SWITCHYARD_OWNER_TOKEN: randomBytes(24).toString('hex'),
  };
}
