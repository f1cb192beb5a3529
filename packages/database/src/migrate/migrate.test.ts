import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { testPostgresUrl } from '@switchyard/testkit';
import pg from 'pg';

import { migrate } from './migrate.js';

let folder: string;
let url: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'switchyard-migrations-'));
  url = await testPostgresUrl();
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function write(name: string, sql: string): Promise<void> {
  await mkdir(join(folder, name), { recursive: true });
  await writeFile(join(folder, name, 'migration.sql'), sql);
}

async function query(sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('migrate', () => {
  it('applies what is new, in order, and nothing twice', async () => {
    await write('1_make', 'CREATE TABLE item (id int);');
    await write('2_fill', 'INSERT INTO item VALUES (1); INSERT INTO item VALUES (2);');
    expect(await migrate({ url, folder })).toEqual(['1_make', '2_fill']);
    expect(await migrate({ url, folder })).toEqual([]);
    await write('3_more', 'INSERT INTO item VALUES (3);');
    expect(await migrate({ url, folder })).toEqual(['3_more']);
    expect(await query('SELECT id FROM item ORDER BY id')).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
  });

  it('is safe with several processes at once', async () => {
    await write('1_make', 'CREATE TABLE item (id int); INSERT INTO item VALUES (1);');
    const applied = await Promise.all([1, 2, 3, 4, 5].map(() => migrate({ url, folder })));
    expect(applied.filter((names) => names.length > 0)).toEqual([['1_make']]);
    expect(await query('SELECT id FROM item')).toEqual([{ id: 1 }]);
  });

  it('keeps the files before a failing one, and nothing of that one', async () => {
    await write('1_make', 'CREATE TABLE item (id int);');
    await write('2_fail', 'INSERT INTO item VALUES (1); INSERT INTO nowhere VALUES (1);');
    await expect(migrate({ url, folder })).rejects.toThrow('migration 2_fail failed');
    expect(await query('SELECT id FROM item')).toEqual([]);
    await write('2_fail', 'INSERT INTO item VALUES (1);');
    expect(await migrate({ url, folder })).toEqual(['2_fail']);
  });

  it('refuses a migration that was edited after it was applied', async () => {
    await write('1_make', 'CREATE TABLE item (id int);');
    await migrate({ url, folder });
    await write('1_make', 'CREATE TABLE item (id bigint);');
    await expect(migrate({ url, folder })).rejects.toThrow('migration 1_make was changed after it was applied');
  });

  it('leaves a database alone that a newer release has migrated', async () => {
    await write('1_make', 'CREATE TABLE item (id int);');
    await write('2_newer', 'CREATE TABLE newer (id int);');
    await migrate({ url, folder });
    await rm(join(folder, '2_newer'), { recursive: true });
    expect(await migrate({ url, folder })).toEqual([]);
  });
});

describe('prisma/migrations', () => {
  it('lead to exactly what prisma/schema.prisma says', async () => {
    const script = fileURLToPath(new URL('../../prisma/author-migration.mjs', import.meta.url));
    const check = promisify(execFile)(process.execPath, ['--no-warnings', script, '--check'], {
      env: { ...process.env, DATABASE_URL: url },
    });
    await expect(check).resolves.toEqual({ stdout: '', stderr: '' });
  });
});
