import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { repositoryFile } from '@switchyard/testkit';

const run = promisify(execFile);

// Processes of their own: their flags are V8's, and the heap of a test's process is large by chance.
const COUNTER = repositoryFile('apps/cli/src/compose/__fixtures__/count-collections.mjs');
const MODULE = repositoryFile('apps/cli/dist/compose/relax-collector.js');

describe('a relaxed collector', () => {
  it('spares a process the collections that buffers set off which are dead already, and asks for nothing that V8 does not know', async () => {
    const { stdout, stderr } = await run(process.execPath, [COUNTER, MODULE]);
    const counts: { readonly before: number; readonly after: number } = JSON.parse(stdout);
    expect(counts.before).toBeGreaterThan(4);
    expect(counts.after).toBeLessThan(counts.before / 2);
    // Where V8 writes of a flag that it does not know.
    expect(stderr).toBe('');
  });
});
