import { access, constants, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

import { runCommand } from './run-command.mjs';

/**
 * @typedef {{ command: string, env: NodeJS.ProcessEnv }} RedisBinary
 */

// `redis-server` in redis-server is a link to a binary of redis-tools; the other two are its libraries that a minimal
// Debian lacks.
const DEBIAN_PACKAGES = ['redis-server', 'redis-tools', 'liblzf1', 'libjemalloc2'];

// Another apt may be running on the machine, e.g. its nightly update.
const APT_ENV = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };
const APT_LOCK_WAIT = ['-o', 'DPkg::Lock::Timeout=120'];

/**
 * Finds a redis-server that runs, and fetches one where the machine has none: from PATH, from the cache folder, by
 * apt as root, or from Debian's packages unpacked into the cache folder.
 *
 * @param {(line: string) => void} report Receives a line before anything slow is done.
 * @returns {Promise<RedisBinary>}
 */
export async function findRedisServer(report) {
  const found = (await findInPath()) ?? (await findInCache());
  if (found !== undefined) return found;

  if (await hasApt()) {
    if (process.getuid?.() === 0) {
      report('installing redis-server with apt-get');
      await aptInstall();
      const installed = await findInPath();
      if (installed !== undefined) return installed;
    }
    report('unpacking redis-server into the cache folder');
    await unpackIntoCache();
    const unpacked = await findInCache();
    if (unpacked !== undefined) return unpacked;
  }
  throw new Error(
    'redis-server was not found and could not be fetched: install it (Debian: apt-get install redis-server; ' +
      'macOS: brew install redis), or set REDIS_URL to a running server',
  );
}

async function findInPath() {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const found = await runnable(join(folder, 'redis-server'), process.env);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function findInCache() {
  const libraries = join(redisFolder(), 'usr', 'lib');
  // The libraries lie in a folder named for the machine's architecture, such as x86_64-linux-gnu.
  const architectures = await readdir(libraries).catch(() => []);
  const paths = architectures.map((name) => join(libraries, name));
  return runnable(join(redisFolder(), 'usr', 'bin', 'redis-server'), {
    ...process.env,
    LD_LIBRARY_PATH: [...paths, process.env.LD_LIBRARY_PATH ?? ''].filter(Boolean).join(':'),
  });
}

/** A binary that exists may still lack a library: only one that prints its version counts. */
async function runnable(command, env) {
  const exists = await access(command, constants.X_OK).then(
    () => true,
    () => false,
  );
  if (!exists) return undefined;
  const { ok } = await runCommand(command, ['--version'], { env });
  return ok ? { command, env } : undefined;
}

async function hasApt() {
  const { ok } = await runCommand('apt-get', ['--version']);
  return ok;
}

async function aptInstall() {
  const install = () =>
    runCommand('apt-get', [...APT_LOCK_WAIT, 'install', '-y', '--no-install-recommends', 'redis-server'], {
      env: APT_ENV,
    });
  const first = await install();
  if (first.ok) return;
  await runCommand('apt-get', [...APT_LOCK_WAIT, 'update'], { env: APT_ENV });
  await install();
}

async function unpackIntoCache() {
  await mkdir(cacheFolder(), { recursive: true });
  const work = await mkdtemp(join(cacheFolder(), 'unpack-'));
  try {
    await downloadPackages(work);
    const root = join(work, 'root');
    await mkdir(root);
    const files = await readdir(work);
    for (const file of files.filter((name) => name.endsWith('.deb'))) {
      await runCommand('dpkg', ['-x', join(work, file), root]);
    }
    // Renamed only when whole, so that another process never sees half of it.
    await rename(root, redisFolder()).catch(() => undefined);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function downloadPackages(work) {
  const options = { cwd: work, env: APT_ENV };
  const first = await runCommand('apt-get', ['download', ...DEBIAN_PACKAGES], options);
  if (first.ok) return;

  // The machine's package lists are empty or stale and an ordinary user may not refresh them: use lists of our own.
  const lists = join(work, 'lists');
  await mkdir(join(lists, 'partial'), { recursive: true });
  const own = ['-o', `Dir::State::lists=${lists}`, '-o', `Dir::Cache=${join(work, 'apt')}`];
  await runCommand('apt-get', [...own, 'update'], options);
  await runCommand('apt-get', [...own, 'download', ...DEBIAN_PACKAGES], options);
}

function redisFolder() {
  return join(cacheFolder(), 'redis');
}

function cacheFolder() {
  if (process.env.SWITCHYARD_CACHE_DIR) return process.env.SWITCHYARD_CACHE_DIR;
  const home = process.env.HOME || safeHome();
  return join(home, '.cache', 'switchyard');
}

function safeHome() {
  try {
    return homedir() || tmpdir();
  } catch {
    return tmpdir();
  }
}
