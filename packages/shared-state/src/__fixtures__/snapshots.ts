import type { Snapshot } from '@switchyard/routing';

const DEADLINES = { connectMs: 5000, headersMs: 30_000, firstContentMs: 60_000, idleMs: 30_000, totalMs: 600_000 };

/** A small snapshot; both halves name their version, so that a mix of two would show. */
export function exampleSnapshot(version: number): Snapshot {
  return {
    routing: {
      format: 1,
      version,
      tenants: [{ id: 'tnt_1', name: `tenant-${version}`, prefixes: '*', shared: true, aliases: [] }],
      keys: [],
      credentials: [],
      aliases: [],
      settings: {
        forceModelPrefix: false,
        requestRetry: 3,
        maxRetryCredentials: 0,
        deadlines: DEADLINES,
        passthroughHeaders: false,
        keepaliveSeconds: 0,
      },
    },
    credentials: {
      format: 1,
      version,
      credentials: [{ id: `cred_${version}`, provider: 'claude', baseUrl: 'https://upstream.example', headers: {} }],
      settings: { passthroughHeaders: false },
    },
  };
}

/** Waits until `check` is true, looking every few milliseconds. */
export async function eventually(check: () => boolean | Promise<boolean>, withinMs = 5000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error(`not so within ${withinMs} ms: ${check.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
