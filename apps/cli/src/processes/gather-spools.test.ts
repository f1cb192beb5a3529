import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { gatherSpools, spoolFolder } from './gather-spools.js';

describe('usage records that wait on disk', () => {
  let dataDir: string;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'switchyard-spools-'));
    for (const place of [1, 2, 3]) {
      const folder = spoolFolder(dataDir, place);
      await mkdir(folder);
      await writeFile(join(folder, `of-${place}`), 'record');
    }
  });
  afterEach(() => rm(dataDir, { recursive: true }));

  it('are taken over by the first process where there are fewer processes than before', async () => {
    await gatherSpools(dataDir, { place: 1, count: 2 });
    expect(await readdir(dataDir)).toEqual(['usage', 'usage-2']);
    expect(await readdir(spoolFolder(dataDir, 1))).toEqual(['of-1', 'of-3']);
    expect(await readdir(spoolFolder(dataDir, 2))).toEqual(['of-2']);
  });

  it('are left alone by the other processes', async () => {
    await gatherSpools(dataDir, { place: 2, count: 2 });
    expect(await readdir(dataDir)).toEqual(['usage', 'usage-2', 'usage-3']);
  });
});
