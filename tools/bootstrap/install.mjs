import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { runQuietly } from './run-quietly.mjs';
import { stamp } from './stamp.mjs';

const PNPM = 'pnpm@12.21.0';

/**
 * Installs the dependencies when the lockfile is another than the one they were installed from.
 *
 * @param {string} root
 * @param {(line: string) => void} report
 */
export async function ensureInstalled(root, report) {
  const lockfile = readFileSync(join(root, 'pnpm-lock.yaml'));
  const wanted = createHash('sha256').update(lockfile).update(`${process.platform} ${process.arch}`).digest('hex');
  const installed = stamp(root, 'installed');
  if (installed.matches(wanted) && existsSync(join(root, 'node_modules', '.bin', 'turbo'))) return;

  const { ok, output } = await runQuietly({
    command: 'npx',
    // Without -y npx asks before it fetches, and nobody may be there to answer.
    args: ['-y', PNPM, 'install', '--frozen-lockfile', '--reporter=append-only'],
    cwd: root,
    // CI keeps pnpm from asking whether it may replace a node_modules of another layout.
    env: { ...process.env, CI: 'true' },
    title: 'installing dependencies',
    report,
  });
  if (!ok) {
    throw new Error(
      `${output.trimEnd()}\n\nInstalling the dependencies failed; the lines above say why. Switchyard needs npm's ` +
        `registry for this, once: check the network and the proxy (npm config get registry), or run ` +
        `\`npx -y ${PNPM} install --frozen-lockfile\` by hand.`,
    );
  }
  installed.save(wanted);
}
