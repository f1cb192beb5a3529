import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseKeyring } from './keyring.js';
import { loadOrCreateSecrets } from './load-or-create-secrets.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'switchyard-secrets-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('loadOrCreateSecrets', () => {
  it('makes four files that only their owner can read, and gives the same secrets ever after', async () => {
    const dataDir = join(folder, 'not', 'there', 'yet');
    const secrets = await loadOrCreateSecrets(dataDir);
    expect(parseKeyring(secrets.masterKey).sealingId).toBe('local-1');
    expect(new Set(Object.values(secrets)).size).toBe(4);

    const files = ['key-pepper', 'master-key', 'owner-token', 'wire-token'];
    expect((await readdir(dataDir)).toSorted()).toEqual(files);
    for (const file of files) expect((await stat(join(dataDir, file))).mode & 0o777).toBe(0o600);
    expect(await loadOrCreateSecrets(dataDir)).toEqual(secrets);
    expect((await readFile(join(dataDir, 'owner-token'), 'utf8')).trim()).toBe(secrets.ownerToken);
  });

  it('writes no file for a secret that the environment gives', async () => {
    const given = { masterKey: 'k:secret', keyPepper: 'pepper', wireToken: 'wire' };
    const secrets = await loadOrCreateSecrets(folder, given);
    expect(secrets).toEqual({ ...given, ownerToken: expect.stringMatching(/^swo-/) });
    expect(await readdir(folder)).toEqual(['owner-token']);
  });

  it('gives processes that start together the same secrets', async () => {
    const [one, ...others] = await Promise.all(Array.from({ length: 8 }, () => loadOrCreateSecrets(folder)));
    for (const other of others) expect(other).toEqual(one);
    expect(await readdir(folder)).toHaveLength(4);
  });

  it('says which file is empty instead of making a second secret', async () => {
    await writeFile(join(folder, 'key-pepper'), '\n');
    await expect(loadOrCreateSecrets(folder)).rejects.toThrow(/key-pepper is empty; restore it, or delete it/);
  });
});
