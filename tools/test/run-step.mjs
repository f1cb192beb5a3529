import { spawn } from 'node:child_process';

const running = new Set();
let stopped = false;

/** Ends the running steps and keeps further ones from starting: the user pressed Ctrl-C. */
export function stopSteps() {
  stopped = true;
  for (const child of running) child.kill('SIGTERM');
}

/**
 * Starts a process that `stopSteps` ends.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions} options
 * @returns {import('node:child_process').ChildProcess}
 */
export function startStep(command, args, options) {
  const child = spawn(command, args, options);
  running.add(child);
  child.on('close', () => running.delete(child));
  if (stopped) child.kill('SIGTERM');
  return child;
}

/**
 * Runs a check, says in one line how it went, and shows what it printed if it failed.
 *
 * @param {{ title: string, command: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv }} step
 * @returns {Promise<boolean>}
 */
export function runStep({ title, command, args, cwd, env }) {
  const startedAt = Date.now();
  return new Promise((resolve) => {
    const child = startStep(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => (output += `${error.message}\n`));
    child.on('close', (code) => {
      const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
      console.log(`${code === 0 ? '✓' : '✗'} ${title} (${seconds} s)`);
      if (code !== 0) console.log(output.trimEnd());
      resolve(code === 0);
    });
  });
}
