import { getLogs } from '@prisma/debug';
import { testPostgresUrl } from '@switchyard/testkit';

import { exampleCredential, exampleRows } from '../__fixtures__/rows.js';
import { createDatabase, type Database } from '../database.js';
import { loadState } from '../load/load-state.js';
import { saveDiscoveredModels } from '../save-discovered-models.js';
import { currentVersion, raiseVersion } from '../version.js';
import { applyDesiredState } from './apply-desired-state.js';

let database: Database;

beforeEach(async () => {
  database = createDatabase({ url: await testPostgresUrl() });
  await database.migrate();
});

afterEach(async () => {
  await database.close();
});

describe('applyDesiredState', () => {
  it('stores a configuration so that it is loaded whole', async () => {
    const rows = exampleRows();
    const applied = await applyDesiredState(database, rows);
    const stored = await loadState(database);
    expect(stored).toEqual({
      version: applied.version,
      tenants: [
        { ...rows.tenants[1], prefixes: ['batch', 'core'], source: 'file' },
        { ...rows.tenants[0], source: 'file' },
      ],
      keys: rows.keys.map((row) => ({ ...row, source: 'file' })),
      aliases: rows.aliases.map((row) => ({ ...row, source: 'file' })),
      providers: rows.providers.map((row) => ({ ...row, source: 'file' })),
      credentials: rows.credentials.map((row) => ({ ...row, source: 'file' })),
      settings: rows.settings,
      discovered: new Map(),
    });
    expect(applied.changes).toHaveLength(11);
  });

  it('leaves nothing of what it wrote with Prisma, which keeps statements for its report of a crash', async () => {
    const { hash = '' } = exampleRows().keys[0] ?? {};
    await database.client.apiKey.findMany({ where: { hash } });
    expect(getLogs(1e6)).toContain(hash);
    await applyDesiredState(database, exampleRows());
    expect(getLogs(1e6)).not.toContain(hash);
  });

  it('changes nothing, not even the version, when applied again', async () => {
    const first = await applyDesiredState(database, exampleRows());
    // A secret is sealed anew by every apply.
    const resealed = exampleRows().credentials.map((row) =>
      row.sealedSecret ? { ...row, sealedSecret: 'other' } : row,
    );
    const second = await applyDesiredState(database, exampleRows({ credentials: resealed }));
    expect(second).toEqual({ changes: [], version: first.version });
    expect((await loadState(database)).credentials[0]?.sealedSecret).toBe('sealed-1');
  });

  it('takes the new envelope when the master key was rotated', async () => {
    await applyDesiredState(database, exampleRows());
    const rotated = exampleCredential({ sealedSecret: 'sealed-2', masterKeyId: 'k2' });
    const { changes } = await applyDesiredState(database, exampleRows({ credentials: [rotated] }));
    expect(changes).toEqual([
      { action: 'updated', kind: 'credential', name: 'claude/cred_1' },
      { action: 'deleted', kind: 'credential', name: 'openai-compatibility/local/cred_2' },
    ]);
    expect((await loadState(database)).credentials).toEqual([{ ...rotated, source: 'file' }]);
  });

  it('names what it created, updated and deleted', async () => {
    const first = await applyDesiredState(database, exampleRows());
    const rows = exampleRows();
    const second = await applyDesiredState(database, {
      ...rows,
      tenants: [
        { id: 'tnt_new', name: 'new', prefixes: ['core'], shared: true },
        { id: 'tnt_core', name: 'core', prefixes: ['batch'], shared: true },
      ],
      keys: [{ id: 'key_1', tenantId: 'tnt_new', hash: 'aa'.repeat(32) }],
      aliases: [{ id: 'als_1', name: 'fast', targets: [{ model: 'b', weight: 1 }] }],
    });
    expect(second.version).toBeGreaterThan(first.version);
    expect(second.changes).toEqual([
      { action: 'created', kind: 'tenant', name: 'new' },
      { action: 'updated', kind: 'tenant', name: 'core' },
      { action: 'deleted', kind: 'tenant', name: 'default' },
      { action: 'updated', kind: 'key', name: 'new/key_1' },
      { action: 'deleted', kind: 'key', name: 'core/ci' },
      { action: 'updated', kind: 'alias', name: 'fast' },
      { action: 'deleted', kind: 'alias', name: 'core/fast' },
    ]);
    const stored = await loadState(database);
    expect(stored.tenants.map(({ name, prefixes }) => [name, prefixes])).toEqual([
      ['core', ['batch']],
      ['new', ['core']],
    ]);
    expect(stored.keys).toEqual([{ id: 'key_1', tenantId: 'tnt_new', hash: 'aa'.repeat(32), source: 'file' }]);
    expect(stored.aliases[0]?.targets).toEqual([{ model: 'b', weight: 1 }]);
  });

  it('prunes only what files brought', async () => {
    await applyDesiredState(database, exampleRows(), { source: 'api' });
    const empty = {
      tenants: [],
      keys: [],
      aliases: [],
      providers: [],
      credentials: [],
      settings: exampleRows().settings,
    };
    expect((await applyDesiredState(database, empty)).changes).toEqual([]);
    expect((await loadState(database)).credentials).toHaveLength(2);
  });

  it('leaves everything as it was when a part cannot be stored', async () => {
    const { version } = await applyDesiredState(database, exampleRows());
    const twice = exampleRows().tenants.map((tenant) => ({ ...tenant, prefixes: ['same'] }));
    await expect(applyDesiredState(database, exampleRows({ tenants: twice, keys: [] }))).rejects.toThrow(
      /Unique constraint/,
    );
    const stored = await loadState(database);
    expect([stored.version, stored.keys.length]).toEqual([version, 2]);
  });

  it('lets one of several simultaneous applies do the work', async () => {
    const results = await Promise.all([1, 2, 3, 4].map(() => applyDesiredState(database, exampleRows())));
    expect(results.filter(({ changes }) => changes.length > 0)).toHaveLength(1);
    expect(new Set(results.map(({ version }) => version)).size).toBe(1);
  });
});

describe('saveDiscoveredModels', () => {
  it('grows the version only when the names differ', async () => {
    const { version } = await applyDesiredState(database, exampleRows());
    const credentialId = 'cred_2';
    const first = await saveDiscoveredModels(database, { credentialId, names: ['b', 'a', 'b'], seenAt: new Date(1) });
    expect(first.changed).toBe(true);
    expect(first.version).toBeGreaterThan(version);
    const second = await saveDiscoveredModels(database, { credentialId, names: ['a', 'b'], seenAt: new Date(2) });
    expect(second).toEqual({ changed: false, version: first.version });
    expect((await loadState(database)).discovered).toEqual(new Map([['cred_2', ['a', 'b']]]));
  });

  it('leaves a deleted credential alone', async () => {
    const { version } = await applyDesiredState(database, exampleRows());
    const saved = await saveDiscoveredModels(database, { credentialId: 'gone', names: ['a'], seenAt: new Date(1) });
    expect(saved).toEqual({ changed: false, version });
  });
});

describe('raiseVersion', () => {
  it('goes past what it is told, and past the clock', async () => {
    expect(await currentVersion(database)).toBe(0);
    const first = await raiseVersion(database, 0);
    expect(first).toBeGreaterThanOrEqual(Math.floor(Date.now() / 1000) - 5);
    expect(await raiseVersion(database, first + 1000)).toBe(first + 1001);
    expect(await currentVersion(database)).toBe(first + 1001);
  });
});
