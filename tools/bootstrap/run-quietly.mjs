import { spawn } from 'node:child_process';

const REPORT_EVERY_MS = 10_000;

/**
 * Runs a command whose output matters only if it fails, and says from time to time that it is still running.
 *
 * @param {{ command: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv, title: string, report: (line: string) => void }} options
 * @returns {Promise<{ ok: boolean, output: string }>}
 */
export function runQuietly({ command, args, cwd, env, title, report }) {
  const startedAt = Date.now();
  const seconds = () => Math.round((Date.now() - startedAt) / 1000);
  report(`${title} ...`);
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const heartbeat = setInterval(() => report(`${title} ... (${seconds()} s)`), REPORT_EVERY_MS);
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    const finish = (ok) => {
      clearInterval(heartbeat);
      if (ok) report(`${title}: done in ${seconds()} s`);
      resolve({ ok, output });
    };
    child.on('error', (error) => {
      output += error.message;
      finish(false);
    });
    child.on('close', (code) => finish(code === 0));
  });
}
