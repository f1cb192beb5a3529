import { randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GatewayError } from '@switchyard/canonical';
import type { Environment } from '../environment/environment.js';

/** The secrets of an installation itself. */
export interface InstallationSecrets {
  /** For `parseKeyring`. */
  readonly masterKey: string;
  readonly keyPepper: string;
  readonly ownerToken: string;
  readonly wireToken: string;
}

/**
 * The secrets that the environment gives, and for each it does not a file in the data folder (`master-key`,
 * `key-pepper`, `owner-token`, `wire-token`), made with mode 0600 where there is none yet. Processes that start at the
 * same time end with the same secrets.
 *
 * @throws GatewayError `invalid_configuration` for an empty file.
 */
export async function loadOrCreateSecrets(
  dataDir: string,
  given: Partial<Pick<Environment, keyof InstallationSecrets>> = {},
): Promise<InstallationSecrets> {
  await mkdir(dataDir, { recursive: true });
  const secretOf = (file: string, make: () => string): Promise<string> => loadOrCreate(join(dataDir, file), make);
  const [masterKey, keyPepper, ownerToken, wireToken] = await Promise.all([
    given.masterKey ?? secretOf('master-key', () => `local-1:${randomBytes(32).toString('base64')}`),
    given.keyPepper ?? secretOf('key-pepper', randomToken),
    given.ownerToken ?? secretOf('owner-token', () => `swo-${randomToken()}`),
    given.wireToken ?? secretOf('wire-token', randomToken),
  ]);
  return { masterKey, keyPepper, ownerToken, wireToken };
}

function randomToken(): string {
  return randomBytes(32).toString('base64url');
}

async function loadOrCreate(path: string, make: () => string): Promise<string> {
  const existing = await load(path);
  if (existing !== undefined) return existing;

  // Written whole under another name and then linked: nobody reads half a secret, and the first of two wins.
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, `${make()}\n`, { mode: 0o600, flag: 'wx' });
  try {
    await link(draft, path);
  } catch (cause) {
    if (!hasCode(cause, 'EEXIST')) throw cause;
  } finally {
    await unlink(draft);
  }
  return (await load(path)) ?? loadOrCreate(path, make);
}

async function load(path: string): Promise<string | undefined> {
  try {
    const text = (await readFile(path, 'utf8')).trim();
    if (text === '') {
      throw new GatewayError('invalid_configuration', `${path} is empty; restore it, or delete it to make a new one`);
    }
    return text;
  } catch (cause) {
    if (hasCode(cause, 'ENOENT')) return undefined;
    throw cause;
  }
}

function hasCode(thrown: unknown, code: string): boolean {
  return typeof thrown === 'object' && thrown !== null && 'code' in thrown && thrown.code === code;
}
