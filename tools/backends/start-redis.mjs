import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { findRedisServer } from './find-redis-server.mjs';
import { freePort } from './free-port.mjs';

const READY_TIMEOUT_MS = 10_000;

/**
 * Starts a Redis of its own, without persistence, on loopback.
 *
 * @param {{ port?: number, args?: string[], report: (line: string) => void }} options `port` brings a stopped server back
 *   where it was; `args` are further options of redis-server.
 * @returns {Promise<{ url: string, pid: number, stop(): Promise<void> }>}
 */
export async function startRedis({ port, args = [], report }) {
  const binary = await findRedisServer(report);
  const chosen = port ?? (await freePort());
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-redis-'));
  const child = spawn(
    binary.command,
    ['--port', `${chosen}`, '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no', ...args],
    { env: binary.env, stdio: ['ignore', 'pipe', 'ignore'] },
  );
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));

  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit');
      // Nothing is to be saved, and SIGKILL ends a paused server too.
      child.kill('SIGKILL');
      await exited;
    }
    await rm(folder, { recursive: true, force: true });
  };
  if (child.pid !== undefined && (await answersPing(child, chosen))) {
    return { url: `redis://127.0.0.1:${chosen}`, pid: child.pid, stop };
  }
  await stop();
  throw new Error(`redis-server did not start on port ${chosen}:\n${output}`);
}

async function answersPing(child, port) {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  while (Date.now() < deadline && child.exitCode === null) {
    if (await pings(port)) return true;
    await sleep(10);
  }
  return false;
}

function pings(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    socket.once('data', (answer) => {
      socket.destroy();
      resolve(answer.toString().startsWith('+PONG'));
    });
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
  });
}
