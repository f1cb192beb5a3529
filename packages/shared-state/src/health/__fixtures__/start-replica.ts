import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A record that a replica heard of, or `level: undefined` for a scope that is well again, and when. */
export interface SeenChange {
  readonly scope: string;
  readonly level: number | undefined;
  readonly untilMs: number | undefined;
  readonly atMs: number;
}

/** A health store in a process of its own. */
export interface Replica {
  readonly changes: readonly SeenChange[];
  /** Calls a method of the store, or reads its property. */
  call(method: string, ...parameters: unknown[]): Promise<unknown>;
  kill(): Promise<void>;
  /** Has the store closed, and answers with the exit code: 1 when the process did not end by itself. */
  leave(): Promise<number | null>;
}

const SCRIPT = fileURLToPath(new URL('health-replica.mjs', import.meta.url));

/** Starts a replica from the built package. It ends with this process. */
export async function startReplica({ url, keyPrefix }: { url: string; keyPrefix: string }): Promise<Replica> {
  const child = fork(SCRIPT, [url, keyPrefix], { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const exited = once(child, 'exit');
  const changes: SeenChange[] = [];
  const waiting = new Map<number, (result: unknown) => void>();
  const ready = Promise.withResolvers<void>();
  let calls = 0;

  child.on('message', (message: unknown) => {
    const { type, id, result, scope, record, atMs } = fieldsOf(message);
    if (type === 'ready') ready.resolve();
    if (type === 'answer') waiting.get(Number(id))?.(result);
    if (type !== 'change') return;
    const { level, untilMs } = fieldsOf(record);
    changes.push({
      scope: String(scope),
      level: typeof level === 'number' ? level : undefined,
      untilMs: typeof untilMs === 'number' ? untilMs : undefined,
      atMs: Number(atMs),
    });
  });
  void exited.then(() => ready.reject(new Error('the replica ended before it was ready')));
  await ready.promise;

  return {
    changes,
    call(method, ...parameters) {
      calls += 1;
      const id = calls;
      return new Promise((resolve) => {
        waiting.set(id, (result) => {
          waiting.delete(id);
          resolve(result);
        });
        child.send({ id, method, parameters });
      });
    },
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
    async leave() {
      child.disconnect();
      await exited;
      return child.exitCode;
    },
  };
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}
