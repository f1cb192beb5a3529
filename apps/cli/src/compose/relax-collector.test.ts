import { execFile } from 'node:child_process';
import { constants, PerformanceObserver } from 'node:perf_hooks';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';

import { repositoryFile } from '@switchyard/testkit';

import { relaxCollector } from './relax-collector.js';

const run = promisify(execFile);

const PIECE_BYTES = 64 * 1024;
const PIECES = 30_000;

/** How often the whole heap is collected while 2 GB are read into buffers that are dropped at once. */
async function fullCollections(): Promise<number> {
  let count = 0;
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const detail: unknown = Reflect.get(entry, 'detail');
      if (Reflect.get(Object(detail), 'kind') === constants.NODE_PERFORMANCE_GC_MAJOR) count += 1;
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  for (let piece = 0; piece < PIECES; piece += 1) {
    Buffer.allocUnsafeSlow(PIECE_BYTES);
    if (piece % 50 === 0) await nextTurn();
  }
  await sleep(50);
  observer.disconnect();
  return count;
}

describe('a relaxed collector', () => {
  afterEach(() => {
    setFlagsFromString('--no-external-memory-accounted-in-global-limit');
    setFlagsFromString('--heap-growing-percent=0');
    setFlagsFromString('--allocation-site-pretenuring');
  });

  it('spares a process the collections that buffers set off which are dead already', async () => {
    const before = await fullCollections();
    relaxCollector();
    const after = await fullCollections();
    expect(before).toBeGreaterThan(4);
    expect(after).toBeLessThan(before / 2);
  });

  it('asks for nothing that V8 does not know', async () => {
    const module = JSON.stringify(repositoryFile('apps/cli/dist/compose/relax-collector.js'));
    const source = `const { relaxCollector } = await import(${module}); relaxCollector(); console.log('relaxed')`;
    const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '--eval', source]);
    expect({ stdout, stderr }).toEqual({ stdout: 'relaxed\n', stderr: '' });
  });
});
