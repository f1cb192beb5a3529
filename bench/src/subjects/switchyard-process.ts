import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { repositoryFile, startProcess, type RunningProcess } from '@switchyard/testkit';

import type { SubjectOptions } from './subject.js';

const READY_TIMEOUT_MS = 60_000;
const READY_POLL_MS = 25;

/** The variables that make up a profile. Metrics and usage records are always on; `bare` only does not serve them. */
export function profileVariables(
  { profile, collectorUrl }: Pick<SubjectOptions, 'profile' | 'collectorUrl'>,
  metricsPort: number,
): Readonly<Record<string, string>> {
  if (profile === 'bare') return { SWITCHYARD_METRICS_PORT: 'off' };
  return {
    SWITCHYARD_METRICS_PORT: `${metricsPort}`,
    OTEL_EXPORTER_OTLP_ENDPOINT: collectorUrl,
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '0.01',
  };
}

/** Starts one command of the cli. Its log goes to a file, as in production it goes to a collector. */
export async function startSwitchyard(
  args: readonly string[],
  { folder, nodeArgs, env }: Pick<SubjectOptions, 'folder' | 'nodeArgs' | 'env'>,
): Promise<RunningProcess> {
  await mkdir(folder, { recursive: true });
  return startProcess({
    command: '/bin/sh',
    // `exec` makes the shell become the process, so that its id is the one to measure.
    args: [
      '-c',
      'exec "$@" >"$LOG_FILE" 2>&1',
      'sh',
      process.execPath,
      ...nodeArgs,
      repositoryFile('apps/cli/dist/main.js'),
      ...args,
    ],
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], LOG_FILE: logFile(folder), ...env },
  });
}

/** Waits until a service says that it can serve. */
export async function untilReady(
  url: string,
  running: RunningProcess,
  { folder, signal }: Pick<SubjectOptions, 'folder' | 'signal'>,
): Promise<void> {
  const deadline = performance.now() + READY_TIMEOUT_MS;
  let reason = 'no answer';
  let exited = false;
  void running.waitForExit().then(() => {
    exited = true;
  });
  while (!exited && performance.now() < deadline) {
    signal.throwIfAborted();
    try {
      const response = await fetch(`${url}/readyz`, { signal });
      if (response.ok) return;
      reason = await response.text();
    } catch {
      reason = 'no answer';
    }
    await sleep(READY_POLL_MS);
  }
  const log = await readFile(logFile(folder), 'utf8').catch(() => '');
  throw new Error(`${url}/readyz: ${exited ? 'the process ended' : reason}\n${log.slice(-4_000)}`);
}

function logFile(folder: string): string {
  return join(folder, 'output.log');
}
