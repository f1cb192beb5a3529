import { join } from 'node:path';

import { freePort } from '@switchyard/testkit';

import type { Subject, SubjectOptions } from './subject.js';
import { startSwitchyard, untilReady, writeConfiguration } from './switchyard-process.js';

/** Switchyard in one process, with its embedded Postgres and state in memory. */
export async function startStandalone({ upstreamUrl, folder }: SubjectOptions): Promise<Subject> {
  const { file, key } = await writeConfiguration(folder, upstreamUrl);
  const port = await freePort();
  const args = ['start', '--config', file, '--port', `${port}`, '--admin-port', `${await freePort()}`];
  const running = await startSwitchyard([...args, '--data-dir', join(folder, 'data')], {
    folder,
    env: { SWITCHYARD_METRICS_PORT: `${await freePort()}` },
  });
  const close = async (): Promise<void> => {
    await running.kill();
  };
  const url = `http://127.0.0.1:${port}`;
  try {
    await untilReady(url, running, folder);
  } catch (error) {
    await close();
    throw error;
  }
  return { name: 'standalone', url, key, processes: [{ name: 'standalone', pid: running.pid }], close };
}
