import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import pg from 'pg';

import { startEmbeddedPostgres } from './start-embedded-postgres.js';

let dataDir: string;

beforeEach(async () => {
  dataDir = join(await mkdtemp(join(tmpdir(), 'switchyard-postgres-')), 'data');
});

afterEach(async () => {
  await rm(dataDir, { recursive: true, force: true });
});

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

const serverPid = async (): Promise<number> =>
  Number.parseInt(await readFile(join(dataDir, 'cluster', 'postmaster.pid'), 'utf8'), 10);

async function kill(pid: number): Promise<void> {
  process.kill(pid, 'SIGKILL');
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('startEmbeddedPostgres', () => {
  it('keeps data over a stop and a start, on a new port', async () => {
    // mkdtemp makes folders that only their owner can enter; the other tests show that those serve as well.
    await chmod(dirname(dataDir), 0o755);
    const first = await startEmbeddedPostgres({ dataDir });
    await query(first.url, 'CREATE TABLE kept AS SELECT 7 AS value');
    await first.stop();
    await expect(query(first.url, 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    const second = await startEmbeddedPostgres({ dataDir });
    try {
      expect(await query(second.url, 'SELECT value FROM kept')).toEqual([{ value: 7 }]);
    } finally {
      await second.stop();
    }
  });

  it('starts again after its server was killed', async () => {
    const first = await startEmbeddedPostgres({ dataDir });
    await query(first.url, 'CREATE TABLE kept AS SELECT 7 AS value');
    await kill(await serverPid());
    const second = await startEmbeddedPostgres({ dataDir });
    try {
      expect(await query(second.url, 'SELECT value FROM kept')).toEqual([{ value: 7 }]);
    } finally {
      await second.stop();
      await first.stop();
    }
  });

  it('takes over from a server whose owner was killed', async () => {
    const first = await startEmbeddedPostgres({ dataDir });
    const orphan = await serverPid();
    await writeFile(join(dataDir, 'owner.pid'), '999999999');
    const second = await startEmbeddedPostgres({ dataDir });
    try {
      expect(await serverPid()).not.toBe(orphan);
      expect(await query(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    } finally {
      await second.stop();
      await first.stop();
    }
  });

  it('ignores a lock whose process id now belongs to somebody else', async () => {
    const first = await startEmbeddedPostgres({ dataDir });
    const lock = await readFile(join(dataDir, 'cluster', 'postmaster.pid'), 'utf8');
    await first.stop();
    await writeFile(join(dataDir, 'cluster', 'postmaster.pid'), lock.replace(/^\d+/, String(process.pid)));
    const second = await startEmbeddedPostgres({ dataDir });
    await second.stop();
  });

  it('refuses a data folder that a living process uses', async () => {
    const first = await startEmbeddedPostgres({ dataDir });
    try {
      await expect(startEmbeddedPostgres({ dataDir })).rejects.toThrow(`in use by process ${process.pid}`);
      expect(await query(first.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    } finally {
      await first.stop();
    }
  });

  it('says why it cannot start', async () => {
    const first = await startEmbeddedPostgres({ dataDir });
    const port = Number(new URL(first.url).port);
    const elsewhere = join(dataDir, 'other');
    try {
      await expect(startEmbeddedPostgres({ dataDir: elsewhere, port })).rejects.toThrow(/Address already in use/);
    } finally {
      await first.stop();
    }
  });
});
