/**
 * `npm test`: the checks and every test, ending with the line `N passed, N failed`. A check counts as one test.
 *
 * Arguments: `--long` runs the property tests with many more cases; all others go to jest, such as a path or `-t NAME`.
 */
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

import { findRedisServer } from '../backends/find-redis-server.mjs';
import { runJest } from './run-jest.mjs';
import { runStep, stopSteps } from './run-step.mjs';
import { addCounts, isSuccess, summaryLine } from './summary.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const FAILED = { passed: 0, failed: 1, skipped: 0 };
const PASSED = { passed: 1, failed: 0, skipped: 0 };

function bin(name) {
  return join(ROOT, 'node_modules', '.bin', name);
}

const CHECKS = [
  { title: 'structure', command: process.execPath, args: [join(ROOT, 'tools/check/check.mjs')] },
  { title: 'lint', command: bin('oxlint'), args: ['--deny-warnings'] },
  { title: 'format', command: bin('oxfmt'), args: ['--check', '.'] },
  { title: 'types', command: bin('tsc'), args: ['-p', 'tsconfig.json'] },
];

/** Tests need a redis-server: fetching one takes a while, and failing to deserves to be said once and early. */
async function prepareRedis() {
  if (process.env.REDIS_URL) return PASSED;
  try {
    await findRedisServer((line) => console.log(`  ${line}`));
    console.log('✓ redis-server');
    return PASSED;
  } catch (error) {
    console.log(`✗ redis-server\n${error.message}`);
    return FAILED;
  }
}

async function main(args) {
  const long = args.includes('--long');
  const jestArgs = args.filter((argument) => argument !== '--long');
  const env = { ...process.env, ...(long ? { SWITCHYARD_TEST_LONG: '1' } : {}) };

  let counts = { passed: 0, failed: 0, skipped: 0 };
  for (const check of CHECKS) {
    const ok = await runStep({ ...check, cwd: ROOT, env });
    counts = addCounts(counts, ok ? PASSED : FAILED);
  }
  counts = addCounts(counts, await prepareRedis());
  return addCounts(counts, await runJest({ root: ROOT, env, args: jestArgs }));
}

let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    interrupted = true;
    stopSteps();
  });
}

const counts = await main(process.argv.slice(2));
if (interrupted) console.log('interrupted');
console.log(summaryLine(counts));
process.exitCode = isSuccess(counts) && !interrupted ? 0 : 1;
