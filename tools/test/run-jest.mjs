import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startStep } from './run-step.mjs';
import { countsOfJest } from './summary.mjs';

// How long jest may take to exit once all results are in. Longer means that a test left something running.
const EXIT_BOUND_MS = 30_000;
const POLL_MS = 250;

/**
 * Runs jest with its own output and returns its counts. It is a failure too when jest gives no result, or does not
 * exit after the last test.
 *
 * @param {{ root: string, env: NodeJS.ProcessEnv, args: readonly string[] }} options
 * @returns {Promise<{ passed: number, failed: number, skipped: number }>}
 */
export async function runJest({ root, env, args }) {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-jest-'));
  const resultFile = join(folder, 'result.json');
  try {
    const exit = await runToExit({ root, env, args, resultFile });
    const counts = countsOfJest(readResult(resultFile), exit.code === 0);
    if (!exit.inTime) {
      console.log(
        `✗ jest was still running ${EXIT_BOUND_MS / 1000} s after the last test: find what with --detectOpenHandles`,
      );
    }
    return exit.inTime ? counts : { ...counts, failed: counts.failed + 1 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function runToExit({ root, env, args, resultFile }) {
  const jest = startStep(
    process.execPath,
    [
      '--experimental-vm-modules',
      '--no-warnings',
      join(root, 'node_modules/jest/bin/jest.js'),
      '--json',
      `--outputFile=${resultFile}`,
      ...args,
    ],
    { cwd: root, env, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  let inTime = true;
  let finishedAt;
  const watch = setInterval(() => {
    if (finishedAt === undefined && existsSync(resultFile)) finishedAt = Date.now();
    if (finishedAt === undefined || Date.now() - finishedAt < EXIT_BOUND_MS) return;
    inTime = false;
    jest.kill('SIGKILL');
  }, POLL_MS);
  return new Promise((resolve) => {
    const finish = (code) => {
      clearInterval(watch);
      resolve({ code, inTime });
    };
    jest.on('error', () => finish(1));
    jest.on('close', finish);
  });
}

function readResult(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
