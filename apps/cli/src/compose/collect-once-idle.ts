import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const LOOK_EVERY_MS = 3_000;
const AGAIN_AFTER_MS = 5 * 60_000;
/** Share of one core. */
const IDLE_BELOW = 0.05;

export interface IdleOptions {
  readonly everyMs: number;
  /** CPU time of the process so far, in microseconds. */
  cpuMicros(): number;
  collect(): void;
}

/** How thoroughly V8 collects: the last resort drops also what it keeps so as to be quick, and takes several times as long. (V8, `gc()`) */
type CollectFlavor = 'regular' | 'last-resort';

/**
 * Gives memory back the first time that the process has nothing to do: V8 collects when more is allocated, so that a service at
 * rest would keep what starting took, two thirds of its heap. Once only: V8 compiles again what a collection has dropped, which
 * the next thousands of requests pay for.
 */
export function collectOnceIdle(): void {
  void whenIdle({ everyMs: LOOK_EVERY_MS, cpuMicros, collect: () => collect('regular') });
}

/**
 * As `collectOnceIdle`, thoroughly, and then after every five minutes with nothing to do: what a service at rest makes (a megabyte a minute
 * of looks at Redis and at its clocks) V8 would keep until its heap has grown manifold. For a service whose answers may wait 40 ms.
 */
export function collectWheneverIdle({ lookEveryMs = LOOK_EVERY_MS, againAfterMs = AGAIN_AFTER_MS } = {}): void {
  void (async () => {
    await whenIdle({ everyMs: lookEveryMs, cpuMicros, collect: () => collect('last-resort') });
    for (;;) await whenIdle({ everyMs: againAfterMs, cpuMicros, collect: () => collect('regular') });
  })();
}

/** Collects once, after the first interval in which the process did next to nothing. Does not keep the process alive. */
export async function whenIdle({ everyMs, cpuMicros: spent, collect: act }: IdleOptions): Promise<void> {
  for (;;) {
    const before = spent();
    await sleep(everyMs, undefined, { ref: false });
    if (spent() - before < everyMs * 1_000 * IDLE_BELOW) return act();
  }
}

function cpuMicros(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** Stops the process, for some 40 ms with the regular flavor; V8's own reducer, which a collection wakes, does the rest bit by bit. */
function collect(flavor: CollectFlavor): void {
  // The collector can be had without a flag at the start of the process only this way. (Node.js, v8.setFlagsFromString)
  setFlagsFromString('--expose-gc');
  const run: unknown = runInNewContext('gc');
  setFlagsFromString('--no-expose-gc');
  if (typeof run === 'function') run({ type: 'major', execution: 'sync', flavor });
}
