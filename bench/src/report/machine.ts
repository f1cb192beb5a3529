import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, cpus, loadavg, release, totalmem, type } from 'node:os';

import { repositoryFile } from '@switchyard/testkit';

import { PORTKEY } from '../subjects/start-portkey.js';

/** What the figures were measured on. */
export function describeMachine() {
  return {
    cpu: cpus()[0]?.model,
    cpus: cpus().length,
    arch: arch(),
    memoryGb: Math.round(totalmem() / 1e9),
    os: `${type()} ${release()}`,
  };
}

/** What was measured, and with what. */
export function describeVersions() {
  return {
    switchyard: versionIn(repositoryFile('package.json')),
    commit: firstLine('git', ['-C', repositoryFile('.'), 'describe', '--always', '--dirty']),
    node: process.version,
    undici: versionIn(createRequire(import.meta.url).resolve('undici/package.json')),
    portkey: PORTKEY.version,
    redis: firstLine('redis-server', ['--version'])?.match(/v=(\S+)/)?.[1] ?? null,
  };
}

/** How much else there was to do: the mean number of runnable threads over the last minute. */
export function loadAverage(): number {
  return loadavg()[0] ?? Number.NaN;
}

/** The first line of a report. */
export function machineLine(): string {
  const { cpu, cpus: count, os } = describeMachine();
  return `Node ${process.version}, ${count} CPUs (${cpu}), ${os}`;
}

function versionIn(file: string): string | null {
  const manifest: { readonly version?: string } = JSON.parse(readFileSync(file, 'utf8'));
  return manifest.version ?? null;
}

/** Null where there is no such program. */
function firstLine(command: string, args: readonly string[]): string | null {
  try {
    return (
      execFileSync(command, [...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).split('\n')[0] ?? null
    );
  } catch {
    return null;
  }
}
