import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

import { nextPort, startRedisServer, type PrivateServer } from '@switchyard/testkit';

import { Closing } from '../closing.js';
import type { Subject, SubjectOptions } from './subject.js';
import { profileVariables, startSwitchyard, untilReady } from './switchyard-process.js';
import { writeConfiguration } from './write-configuration.js';

/** Switchyard in one process, with its embedded Postgres; under `policy` with Redis for its state. */
export function startStandalone(options: SubjectOptions): Promise<Subject> {
  return Closing.opening((closing) => startParts(options, closing));
}

async function startParts(options: SubjectOptions, closing: Closing): Promise<Subject> {
  const { folder, profile } = options;
  const { file, keys, models } = await writeConfiguration(options);
  const redis = profile === 'policy' ? await startRedis(closing) : undefined;
  const port = await nextPort();
  const metricsPort = await nextPort();
  const adminPort = await nextPort();
  const token = randomBytes(24).toString('hex');
  const args = ['start', '--config', file, '--port', `${port}`, '--admin-port', `${adminPort}`];
  const running = await startSwitchyard([...args, '--data-dir', join(folder, 'data')], {
    ...options,
    env: {
      ...options.env,
      ...profileVariables(options, metricsPort),
      ...(redis === undefined ? {} : { REDIS_URL: redis.url }),
      SWITCHYARD_OWNER_TOKEN: token,
    },
  });
  closing.add(() => running.kill());
  const url = `http://127.0.0.1:${port}`;
  await untilReady(url, running, options);
  return {
    subject: 'standalone',
    profile,
    url,
    keys,
    models,
    translates: true,
    processes: [
      { name: 'standalone', pid: running.pid },
      ...(redis === undefined ? [] : [{ name: 'redis', pid: redis.pid }]),
    ],
    metricsUrls: profile === 'policy' ? [`http://127.0.0.1:${metricsPort}/metrics`] : [],
    redisUrl: redis?.url,
    operator: { adminUrl: `http://127.0.0.1:${adminPort}`, token },
    close: () => closing.close(),
  };
}

async function startRedis(closing: Closing): Promise<PrivateServer> {
  const redis = await startRedisServer();
  closing.add(() => redis.stop());
  return redis;
}
