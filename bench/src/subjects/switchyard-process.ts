import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { repositoryFile, startProcess, type RunningProcess } from '@switchyard/testkit';

import { MODEL } from '../workload.js';

const READY_TIMEOUT_MS = 60_000;

/** Writes the configuration that routes the bench's model to the mock upstream, and returns its path and client key. */
export async function writeConfiguration(
  folder: string,
  upstreamUrl: string,
): Promise<{ readonly file: string; readonly key: string }> {
  const key = `sk-${randomBytes(24).toString('hex')}`;
  const file = join(folder, 'config.yaml');
  await mkdir(folder, { recursive: true });
  await writeFile(
    file,
    `api-keys: ['${key}']
openai-compatibility:
  - name: bench
    base-url: ${upstreamUrl}/v1
    api-key-entries:
      - api-key: upstream-key
    models:
      - name: ${MODEL}
        alias: ${MODEL}
`,
  );
  return { file, key };
}

/** Starts one command of the cli. Its log goes to a file, as in production it goes to a collector. */
export async function startSwitchyard(
  args: readonly string[],
  options: { readonly folder: string; readonly env: Readonly<Record<string, string>> },
): Promise<RunningProcess> {
  await mkdir(options.folder, { recursive: true });
  return startProcess({
    command: '/bin/sh',
    // `exec` makes the shell become the process, so that its id is the one to measure.
    args: [
      '-c',
      'exec "$@" >"$LOG_FILE" 2>&1',
      'sh',
      process.execPath,
      repositoryFile('apps/cli/dist/main.js'),
      ...args,
    ],
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], LOG_FILE: logFile(options.folder), ...options.env },
  });
}

/** Waits until a service says that it can serve. */
export async function untilReady(url: string, running: RunningProcess, folder: string): Promise<void> {
  const deadline = performance.now() + READY_TIMEOUT_MS;
  let reason = 'no answer';
  let exited = false;
  void running.waitForExit().then(() => {
    exited = true;
  });
  while (!exited && performance.now() < deadline) {
    try {
      const response = await fetch(`${url}/readyz`);
      if (response.ok) return;
      reason = await response.text();
    } catch {
      reason = 'no answer';
    }
    await sleep(100);
  }
  const log = await readFile(logFile(folder), 'utf8').catch(() => '');
  throw new Error(`${url}/readyz: ${exited ? 'the process ended' : reason}\n${log.slice(-4_000)}`);
}

function logFile(folder: string): string {
  return join(folder, 'output.log');
}
