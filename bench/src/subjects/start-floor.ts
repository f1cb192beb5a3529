import { join } from 'node:path';

import { startProcess } from '@switchyard/testkit';

import { MODEL } from '../workload.js';
import type { Subject, SubjectOptions } from './subject.js';

export async function startFloor({ upstreamUrl, nodeArgs, env }: SubjectOptions): Promise<Subject> {
  const floor = await startProcess({
    command: process.execPath,
    args: [...nodeArgs, join(import.meta.dirname, '../floor/floor.js'), upstreamUrl],
    env: { PATH: process.env['PATH'], ...env },
    readyPattern: /http:\S+/,
  });
  return {
    subject: 'floor',
    profile: 'bare',
    url: floor.stdout().trim(),
    keys: ['any'],
    models: [MODEL],
    translates: false,
    processes: [{ name: 'floor', pid: floor.pid }],
    metricsUrls: [],
    close: () => floor.kill(),
  };
}
