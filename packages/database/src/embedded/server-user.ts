import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** Postgres refuses to run as root; this is whom it runs as instead. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly uid?: number;
  readonly gid?: number;
}

/** Undefined where this process is not root: the server then runs as the same user. */
export function findServerUser(): ServerUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ['postgres', 'nobody']) {
    try {
      return { uid: numericId('-u', name), gid: numericId('-g', name) };
    } catch {
      // There is no such user: the next one.
    }
  }
  throw new Error('Postgres cannot run as root, and neither `postgres` nor `nobody` is a user here: set DATABASE_URL');
}

function numericId(flag: string, user: string): number {
  return Number(execFileSync('id', [flag, user], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
}

/**
 * How to start `command` as the server's user.
 *
 * Where that user cannot reach a path (a checkout under /root), setpriv(1) hands it the one capability that opens
 * folders. Loosening the folders instead would change a machine that is not ours.
 */
export function launchAs(user: ServerUser | undefined, command: string, options: LaunchOptions): Launch {
  if (user === undefined) return { command, args: options.args };
  if ([command, ...options.paths].every(isOpenToOthers)) return { command, args: options.args, ...user };
  if (!existsSync('/usr/bin/setpriv')) {
    throw new Error(
      `the user that Postgres runs as (uid ${user.uid}) cannot reach ${[command, ...options.paths].join(' or ')}: ` +
        'install Switchyard and its data folder outside of /root, or set DATABASE_URL',
    );
  }
  const identity = [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups'];
  const capability = ['--inh-caps=+dac_override', '--ambient-caps=+dac_override'];
  return { command: '/usr/bin/setpriv', args: [...identity, ...capability, command, ...options.args] };
}

export interface LaunchOptions {
  readonly args: readonly string[];
  /** Folders the command must be able to enter. */
  readonly paths: readonly string[];
}

const ENTER_FOR_OTHERS = 0o001;

function isOpenToOthers(path: string): boolean {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if ((statSync(folder).mode & ENTER_FOR_OTHERS) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}
