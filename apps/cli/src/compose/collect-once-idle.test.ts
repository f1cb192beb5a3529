import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { repositoryFile } from '@switchyard/testkit';

import { whenIdle } from './collect-once-idle.js';

const run = promisify(execFile);

const EVERY_MS = 5;

/** After how many looks a process collects that uses these shares of a core, the last one for good. */
async function collectsAfter(shares: readonly number[]): Promise<number> {
  let looks = 0;
  let spent = 0;
  let collections = 0;
  let isBefore = true;
  await whenIdle({
    everyMs: EVERY_MS,
    cpuMicros: () => {
      if (!isBefore) {
        spent += (shares[looks] ?? shares.at(-1) ?? 0) * EVERY_MS * 1_000;
        looks += 1;
      }
      isBefore = !isBefore;
      return spent;
    },
    collect: () => {
      collections += 1;
    },
  });
  expect(collections).toBe(1);
  return looks;
}

describe('collecting garbage once idle', () => {
  it('happens at once where there is nothing to do after the start', async () => {
    expect(await collectsAfter([0.01])).toBe(1);
  });

  it('waits for as long as there is something to do', async () => {
    expect(await collectsAfter([0.9, 0.3, 0.06, 0.01, 0.9])).toBe(4);
  });
});

describe('collecting garbage whenever idle', () => {
  it('happens again and again', async () => {
    // In a process of its own, whose heap is not a test's.
    const counter = repositoryFile('apps/cli/src/compose/__fixtures__/collect-again.mjs');
    const module = repositoryFile('apps/cli/dist/compose/collect-once-idle.js');
    const { stdout, stderr } = await run(process.execPath, [counter, module]);
    const { count }: { readonly count: number } = JSON.parse(stdout);
    expect(count).toBeGreaterThanOrEqual(3);
    expect(count).toBeLessThanOrEqual(12);
    expect(stderr).toBe('');
  });
});
