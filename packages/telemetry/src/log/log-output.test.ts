import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { createLogOutput } from './log-output.js';

let folder: string;
let file: string;
let fd: number;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'log-output-'));
  file = join(folder, 'log');
  fd = openSync(file, 'w');
});

afterEach(async () => {
  closeSync(fd);
  await rm(folder, { recursive: true, force: true });
});

async function untilWritten(text: string): Promise<void> {
  for (let tries = 0; tries < 100 && (await readFile(file, 'utf8')) !== text; tries += 1) await sleep(20);
  expect(await readFile(file, 'utf8')).toBe(text);
}

describe('createLogOutput', () => {
  it('writes every line, in order, soon', async () => {
    const output = createLogOutput(fd);
    const lines = Array.from({ length: 5_000 }, (_, index) => `line ${index} with an ü in it\n`);
    for (const line of lines) output.write(line);
    await untilWritten(lines.join(''));
    output.write('later\n');
    await untilWritten(`${lines.join('')}later\n`);
  });

  it('is one for a descriptor, so that lines never mix', () => {
    expect(createLogOutput(fd)).toBe(createLogOutput(fd));
  });
});
