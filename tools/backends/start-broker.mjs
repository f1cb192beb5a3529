import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The variable that tells a test process where the broker listens. */
export const BROKER_VARIABLE = 'TEST_SERVERS_BROKER';

/**
 * Starts the broker of test servers as a process that cannot outlive this one.
 *
 * @returns {Promise<{ url: string, close(): Promise<void> }>}
 */
export async function startBroker() {
  const child = spawn(process.execPath, [fileURLToPath(new URL('broker.mjs', import.meta.url))], {
    stdio: ['pipe', 'pipe', 'inherit'],
    // In a group of its own, Ctrl-C reaches it only as the end of its input, after the tests.
    detached: true,
  });
  const exited = once(child, 'exit');
  const url = await Promise.race([
    once(createInterface(child.stdout), 'line').then(([line]) => line),
    exited.then(([code]) => {
      throw new Error(`the broker of test servers ended with code ${code}`);
    }),
  ]);
  // The broker must not keep a finished process waiting.
  child.unref();
  child.stdin.unref();
  child.stdout.unref();
  return {
    url,
    async close() {
      child.ref();
      child.stdin.end();
      await exited;
    },
  };
}
