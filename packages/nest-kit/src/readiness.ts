import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 10;

/** One thing a service needs before it can serve. */
export interface ReadinessCheck {
  readonly name: string;
  /** The service can serve nevertheless: what is told is a note. */
  readonly isNote?: true | undefined;
  /** Why the service cannot serve, in words an operator can act on; undefined when it can. Must not wait. */
  check(): string | undefined;
}

export interface Readiness {
  readonly ready: boolean;
  /** By name, for each check that failed. */
  readonly reasons: Readonly<Record<string, string>>;
  /** By name, for each note; absent where there is none. */
  readonly notes?: Readonly<Record<string, string>>;
}

/** Asks every check. */
export function readinessOf(checks: readonly ReadinessCheck[]): Readiness {
  const reasons: Record<string, string> = {};
  const notes: Record<string, string> = {};
  for (const { name, isNote, check } of checks) {
    const words = check();
    if (words !== undefined) (isNote === true ? notes : reasons)[name] = words;
  }
  return {
    ready: Object.keys(reasons).length === 0,
    reasons,
    ...(Object.keys(notes).length === 0 ? {} : { notes }),
  };
}

/** Waits until every check passes, but no longer than this. */
export async function untilReady(checks: readonly ReadinessCheck[], withinMs: number): Promise<void> {
  const deadlineMs = performance.now() + withinMs;
  while (!readinessOf(checks).ready && performance.now() < deadlineMs) await sleep(POLL_MS);
}
