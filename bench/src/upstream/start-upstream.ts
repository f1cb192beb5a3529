import { join } from 'node:path';

import { startProcess } from '@switchyard/testkit';

import type { StreamShape } from '../workload.js';

/** The mock upstream, running. */
export interface Upstream {
  /** Without a trailing slash. */
  readonly url: string;
  /** Says how streams look from now on. */
  shape(stream: StreamShape): Promise<void>;
  /** Says how long idle connections are kept from now on. */
  keepAlive(ms: number): Promise<void>;
  /** What was wrong with the requests so far; empty for nothing. */
  complaints(): string;
  close(): Promise<unknown>;
}

export async function startUpstream(): Promise<Upstream> {
  const running = await startProcess({
    command: process.execPath,
    args: [join(import.meta.dirname, 'mock-upstream.js')],
    readyPattern: /http:\S+/,
  });
  const url = running.stdout().trim();
  return {
    url,
    async shape(stream) {
      await fetch(`${url}/stream-shape`, { method: 'PUT', body: JSON.stringify(stream) });
    },
    async keepAlive(ms) {
      await fetch(`${url}/keep-alive`, { method: 'PUT', body: `${ms}` });
    },
    complaints: () => running.stderr(),
    close: () => running.kill(),
  };
}
