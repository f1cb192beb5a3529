import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { Client } from 'undici';

import { probeSocket } from './probe-socket.js';

/** For Node, before its script. */
export const PROBE_ARGS: readonly string[] = [
  '--expose-gc',
  '--import',
  pathToFileURL(join(import.meta.dirname, 'probe-process.js')).href,
];

/** What a process with a probe needs in its environment. */
export function probeVariables(folder: string): Readonly<Record<string, string>> {
  return { BENCH_PROBE_FOLDER: folder };
}

type Command = '/profile/start' | '/profile/stop' | '/delay/start' | '/delay/stop' | '/memory' | '/usage';

/** The processes among these that have a probe: those of Node. */
export function probed<P extends { readonly pid: number }>(folder: string, processes: readonly P[]): readonly P[] {
  return processes.filter(({ pid }) => existsSync(probeSocket(folder, pid)));
}

/** Asks a process's probe, and returns what it answers as JSON. */
export async function askProbe(folder: string, pid: number, command: Command): Promise<string> {
  const client = new Client('http://probe', { socketPath: probeSocket(folder, pid) });
  try {
    const { statusCode, body } = await client.request({ method: 'GET', path: command });
    const text = await body.text();
    if (statusCode !== 200) throw new Error(`the probe of process ${pid}: ${text}`);
    return text;
  } finally {
    await client.close();
  }
}
