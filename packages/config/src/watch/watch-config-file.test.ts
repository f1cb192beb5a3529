import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { watchConfigFile } from './watch-config-file.js';

// About 100 ms on an idle machine; the poll would need up to 1000.
const WITHOUT_POLLING_MS = 500;

let folder: string;
let file: string;
let stop: AbortController;
let seen: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'switchyard-watch-'));
  file = join(folder, 'config.yaml');
  writeFileSync(file, 'port: 1\n');
  stop = new AbortController();
  seen = [];
});

afterEach(() => {
  stop.abort();
  rmSync(folder, { recursive: true });
});

function begin(options: { current?: string } = {}): void {
  watchConfigFile(file, (text) => seen.push(text), { signal: stop.signal, ...options });
}

/** Milliseconds until something was seen. */
async function untilSeen(count: number): Promise<number> {
  const began = performance.now();
  while (seen.length < count) {
    if (performance.now() - began > 5000) throw new Error(`saw ${JSON.stringify(seen)} only`);
    await sleep(5);
  }
  return performance.now() - began;
}

describe('watchConfigFile', () => {
  it('hands over the new text soon after a write', async () => {
    begin();
    writeFileSync(file, 'port: 2\n');
    expect(await untilSeen(1)).toBeLessThan(WITHOUT_POLLING_MS);
    expect(seen).toEqual(['port: 2\n']);
  });

  it('sees a file that is renamed onto the old one, as editors do', async () => {
    begin();
    for (const text of ['port: 2\n', 'port: 3\n']) {
      writeFileSync(join(folder, '.draft'), text);
      renameSync(join(folder, '.draft'), file);
      expect(await untilSeen(seen.length + 1)).toBeLessThan(WITHOUT_POLLING_MS);
    }
    expect(seen).toEqual(['port: 2\n', 'port: 3\n']);
  });

  it('sees the swap of links by which Kubernetes updates a ConfigMap', async () => {
    rmSync(file);
    for (const [name, text] of [
      ['..one', 'port: 1\n'],
      ['..two', 'port: 2\n'],
    ] as const) {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, 'config.yaml'), text);
    }
    symlinkSync('..one', join(folder, '..data'));
    symlinkSync(join('..data', 'config.yaml'), file);
    begin();
    symlinkSync('..two', join(folder, '..data_tmp'));
    renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
    expect(await untilSeen(1)).toBeLessThan(WITHOUT_POLLING_MS);
    expect(seen).toEqual(['port: 2\n']);
  });

  it('sees a change in another folder that the file links to, where no event comes', async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'switchyard-watch-'));
    writeFileSync(join(elsewhere, 'real.yaml'), 'port: 1\n');
    rmSync(file);
    symlinkSync(join(elsewhere, 'real.yaml'), file);
    begin();
    writeFileSync(join(elsewhere, 'real.yaml'), 'port: 22\n');
    expect(await untilSeen(1)).toBeLessThan(2000);
    expect(seen).toEqual(['port: 22\n']);
    rmSync(elsewhere, { recursive: true });
  });

  it('says nothing of writes that change nothing, of other files, and of an empty file', async () => {
    begin();
    writeFileSync(file, 'port: 1\n');
    writeFileSync(join(folder, 'other.yaml'), 'port: 9\n');
    await sleep(150);
    writeFileSync(file, '');
    await sleep(150);
    expect(seen).toEqual([]);
    writeFileSync(file, 'port: 2\n');
    await untilSeen(1);
    expect(seen).toEqual(['port: 2\n']);
  });

  it('makes one change of many writes in a row', async () => {
    begin();
    for (let port = 2; port < 12; port++) writeFileSync(file, `port: ${port}\n`);
    await untilSeen(1);
    await sleep(100);
    expect(seen).toEqual(['port: 11\n']);
  });

  it('hands over what was written between the caller’s reading and the watch', async () => {
    begin({ current: 'port: 0\n' });
    await untilSeen(1);
    expect(seen).toEqual(['port: 1\n']);
  });

  it('waits for a file that is not there yet, and goes on after it was deleted', async () => {
    rmSync(file);
    begin();
    writeFileSync(file, 'port: 5\n');
    await untilSeen(1);
    rmSync(file);
    await sleep(120);
    writeFileSync(file, 'port: 6\n');
    await untilSeen(2);
    expect(seen).toEqual(['port: 5\n', 'port: 6\n']);
  });

  it('ends with its signal', async () => {
    begin();
    stop.abort();
    writeFileSync(file, 'port: 2\n');
    await sleep(150);
    expect(seen).toEqual([]);
  });
});
