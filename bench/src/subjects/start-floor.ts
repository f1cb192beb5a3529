import { join } from 'node:path';

import { startProcess } from '@switchyard/testkit';

import type { Subject, SubjectOptions } from './subject.js';

export async function startFloor({ upstreamUrl }: SubjectOptions): Promise<Subject> {
  const floor = await startProcess({
    command: process.execPath,
    args: [join(import.meta.dirname, '../floor/floor.js'), upstreamUrl],
    readyPattern: /http:\S+/,
  });
  return {
    name: 'floor',
    url: floor.stdout().trim(),
    key: 'any',
    processes: [{ name: 'floor', pid: floor.pid }],
    async close() {
      await floor.kill();
    },
  };
}
