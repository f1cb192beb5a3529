import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

import { startProcess } from './start-process.js';

const SERVER = "console.log('ready on 42'); setInterval(() => {}, 1000)";

/** A dead process whose parent is gone may stay listed as a zombie, where nothing reaps it. */
function alive(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', `${pid}`], { encoding: 'utf8' });
  return stdout.trim() !== '' && !stdout.trim().startsWith('Z');
}

async function becomesDead(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 100 && alive(pid); tries += 1) await sleep(20);
  return !alive(pid);
}

describe('startProcess', () => {
  it('waits for the ready line and ends the process on kill', async () => {
    const running = await startProcess({
      command: process.execPath,
      args: ['-e', SERVER],
      readyPattern: /ready on (\d+)/,
    });
    expect(running.stdout()).toContain('ready on 42');
    expect(await running.kill()).toEqual({ code: null, signal: 'SIGTERM' });
  });

  it('says what a process printed that ended before it was ready', async () => {
    const starting = startProcess({
      command: process.execPath,
      args: ['-e', "console.error('port taken'); process.exit(3)"],
      readyPattern: /ready/,
    });
    await expect(starting).rejects.toThrow(/ended \(3\)[^]*port taken/);
  });

  it('rejects when the command does not exist', async () => {
    await expect(startProcess({ command: '/nowhere/at-all' })).rejects.toThrow('ENOENT');
  });

  it('kills a process that ignores the signal, and its children', async () => {
    const stubborn = `process.on('SIGTERM', () => {});
      const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
      console.log('child ' + child.pid); setInterval(() => {}, 1000)`;
    const running = await startProcess({
      command: process.execPath,
      args: ['-e', stubborn],
      readyPattern: /child \d+/,
    });
    const childPid = Number(running.stdout().match(/child (\d+)/)?.[1]);
    expect(await running.kill('SIGTERM', 100)).toEqual({ code: null, signal: 'SIGKILL' });
    expect(await becomesDead(childPid)).toBe(true);
  });

  it('leaves nothing behind when the starting process is killed', async () => {
    const module = new URL('start-process.ts', `file://${import.meta.dirname}/`).href;
    const parent = spawn(process.execPath, [
      '--no-warnings',
      '--input-type=module',
      '-e',
      `const { startProcess } = await import(${JSON.stringify(module)});
       const running = await startProcess({ command: process.execPath, args: ['-e', 'setInterval(() => {}, 1000)'] });
       console.log(running.pid); setInterval(() => {}, 1000)`,
    ]);
    const [chunk]: unknown[] = await once(parent.stdout, 'data');
    const pid = Number(String(chunk).trim());
    expect(alive(pid)).toBe(true);
    parent.kill('SIGKILL');
    expect(await becomesDead(pid)).toBe(true);
  });
});
