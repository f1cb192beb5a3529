import { spawn, type ChildProcess } from 'node:child_process';

export interface StartProcessOptions {
  readonly command: string;
  readonly args?: readonly string[];
  /** The whole environment of the process; without it, this process's. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** The start counts as done when a part of the output matches. Without it, at once. */
  readonly readyPattern?: RegExp;
  /** How long to wait for `readyPattern`. */
  readonly timeoutMs?: number;
}

export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process under test. */
export interface RunningProcess {
  readonly pid: number;
  stdout(): string;
  stderr(): string;
  /** Resolves when a part of the output so far, or still to come, matches. Rejects when the process ends first. */
  waitForOutput(pattern: RegExp, timeoutMs?: number): Promise<RegExpMatchArray>;
  waitForExit(): Promise<ProcessExit>;
  /** Signals the process (SIGTERM by default) and waits for its end. After `graceMs` its whole group is killed. */
  kill(signal?: NodeJS.Signals, graceMs?: number): Promise<ProcessExit>;
}

const DEFAULT_TIMEOUT_MS = 15_000;
const DEFAULT_GRACE_MS = 10_000;

/**
 * Starts a process that cannot outlive this one, and waits until it says that it is ready.
 *
 * @throws Error with everything the process printed, when it ends or stays silent instead.
 */
export async function startProcess(options: StartProcessOptions): Promise<RunningProcess> {
  const child = spawn(options.command, options.args ?? [], {
    cwd: options.cwd,
    env: options.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    // The leader of a group of its own: what it starts can be killed with it.
    detached: true,
  });
  const running = await watch(child, options.command);
  if (options.readyPattern === undefined) return running;
  try {
    await running.waitForOutput(options.readyPattern, options.timeoutMs);
    return running;
  } catch (error) {
    await running.kill('SIGKILL');
    throw error;
  }
}

async function watch(child: ChildProcess, command: string): Promise<RunningProcess> {
  const output = { stdout: '', stderr: '' };
  const listeners = new Set<() => void>();
  const exited = new Promise<ProcessExit>((resolve) => {
    // Unlike `exit`, `close` comes after the last output.
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  const notify = (): void => {
    for (const listener of listeners) listener();
  };
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    output.stdout += chunk;
    notify();
  });
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    output.stderr += chunk;
    notify();
  });
  const pid = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('spawn', () => resolve(child.pid ?? 0));
  });
  const releaseGuard = guardGroup(pid);
  void exited.then(releaseGuard);

  return {
    pid,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    waitForExit: () => exited,
    waitForOutput(pattern, timeoutMs = DEFAULT_TIMEOUT_MS) {
      return new Promise((resolve, reject) => {
        const finish = (act: () => void): void => {
          clearTimeout(timer);
          listeners.delete(check);
          act();
        };
        const fail = (what: string): void =>
          finish(() =>
            reject(new Error(`${command} ${what} before ${String(pattern)}:\n${output.stdout}${output.stderr}`)),
          );
        const check = (): void => {
          const match = output.stdout.match(pattern) ?? output.stderr.match(pattern);
          if (match !== null) finish(() => resolve(match));
        };
        const timer = setTimeout(() => fail(`was silent for ${timeoutMs} ms`), timeoutMs);
        listeners.add(check);
        void exited.then(({ code, signal }) => fail(`ended (${code ?? signal})`));
        check();
      });
    },
    async kill(signal = 'SIGTERM', graceMs = DEFAULT_GRACE_MS) {
      killQuietly(pid, signal);
      const timer = setTimeout(() => killQuietly(-pid, 'SIGKILL'), graceMs);
      const exit = await exited;
      clearTimeout(timer);
      killQuietly(-pid, 'SIGKILL');
      return exit;
    },
  };
}

function killQuietly(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended by itself.
  }
}

/**
 * Starts a shell that kills the process group when this process is gone, however it ended: a worker of the test runner
 * may be killed, and then runs no handler of its own. The shell waits for a line that never comes; its input ends when
 * this process does.
 */
function guardGroup(groupId: number): () => void {
  const guard = spawn('/bin/sh', ['-c', 'read -r line || kill -s KILL -- "-$1"', 'sh', `${groupId}`], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  guard.unref();
  return () => {
    guard.stdin.on('error', () => undefined);
    guard.stdin.end('released\n');
  };
}
