import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { launchAs, type ServerUser } from './server-user.js';

const run = promisify(execFile);

/** A data folder: `cluster/` is the server's own, `password` and `owner.pid` are ours. */
export interface Cluster {
  readonly folder: string;
  readonly ownerFile: string;
  readonly password: string;
}

/**
 * Opens the cluster of a data folder, made by initdb the first time.
 *
 * initdb works beside the final place, and a rename makes it count: one that was cut short leaves nothing behind that
 * the next start would trip over.
 */
export async function openCluster(dataDir: string, initdb: string, user: ServerUser | undefined): Promise<Cluster> {
  // Others may pass through to `cluster`, which is the server user's alone; they cannot list.
  await mkdir(dataDir, { recursive: true, mode: 0o711 });
  const folder = join(dataDir, 'cluster');
  const passwordFile = join(dataDir, 'password');
  if (!(await exists(folder))) await createCluster({ dataDir, folder, passwordFile, initdb, user });
  const password = (await readFile(passwordFile, 'utf8')).trim();
  return { folder, ownerFile: join(dataDir, 'owner.pid'), password };
}

interface NewCluster {
  readonly dataDir: string;
  readonly folder: string;
  readonly passwordFile: string;
  readonly initdb: string;
  readonly user: ServerUser | undefined;
}

async function createCluster({ dataDir, folder, passwordFile, initdb, user }: NewCluster): Promise<void> {
  const draft = join(dataDir, 'cluster.new');
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { mode: 0o700 });
  await writeFile(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 });
  if (user !== undefined) {
    await chown(draft, user.uid, user.gid);
    await chown(passwordFile, user.uid, user.gid);
  }
  const { command, args, ...identity } = launchAs(user, initdb, {
    args: [
      `--pgdata=${draft}`,
      '--username=switchyard',
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--no-instructions',
    ],
    paths: [draft],
  });
  await run(command, args, { ...identity, cwd: '/', env: serverEnvironment() });
  await rename(draft, folder);
}

/** Untranslated messages, and none of this process's secrets. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  return { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/bin:/bin' };
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
