/**
 * What `npm start`, `npm test` and `npm run bench` call: installs and builds what is not yet, then runs the real
 * command on a Node that the product runs on. `build` ends there. It is the only part that must work on Node 20 with
 * nothing installed.
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { delimiter, join } from 'node:path';

import { ensureBuilt } from './build.mjs';
import { findNode } from './find-node.mjs';
import { ensureInstalled } from './install.mjs';

// As it is now: while dependencies are installed it may already go.
const PARENT = process.ppid;
const PARENT_CHECK_MS = 250;
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The files and arguments of the real commands. */
const COMMANDS = {
  build: [],
  start: ['apps/cli/dist/main.js', 'start'],
  test: ['tools/test/run-tests.mjs'],
  bench: ['bench/dist/main.js'],
};

/** npm hands a signal on to the shell it started, and that shell ends without handing it on to us. */
function endWithParent(child) {
  const check = () => {
    if (process.ppid !== PARENT) child.kill('SIGTERM');
  };
  const timer = setInterval(check, PARENT_CHECK_MS);
  child.on('close', () => clearInterval(timer));
}

/** Runs a command to its end as if it were this process: its output, its signals, its exit code. */
function become(command, args, env) {
  const child = spawn(command, args, { cwd: ROOT, env, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      // A terminal sends Ctrl-C to both processes; a second one would cut the child's draining short.
      if (signal === 'SIGINT' && process.stdin.isTTY) return;
      child.kill(signal);
    });
  }
  if (process.env.npm_lifecycle_event) endWithParent(child);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    // A shell's convention for a process that a signal ended.
    child.on('close', (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  });
}

async function main([name, ...args]) {
  const command = COMMANDS[name];
  if (command === undefined)
    throw new Error(`usage: node tools/bootstrap/bootstrap.mjs ${Object.keys(COMMANDS).join('|')}`);
  const report = (line) => process.stderr.write(`switchyard: ${line}\n`);

  await ensureInstalled(ROOT, report);
  const bin = join(ROOT, 'node_modules', '.bin');
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` };
  const node = findNode(ROOT);
  await ensureBuilt(ROOT, { env, report });
  if (command.length === 0) return 0;
  return become(node, [...command, ...args], env);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`switchyard: ${error.message}\n`);
  // Scripts read the last line of `npm test`, whatever went wrong.
  if (process.argv[2] === 'test') process.stdout.write('0 passed, 1 failed\n');
  process.exitCode = 1;
}
