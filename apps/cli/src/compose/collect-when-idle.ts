import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const LOOK_EVERY_MS = 3_000;
/** Shares of one core. */
const IDLE_BELOW = 0.05;
const BUSY_ABOVE = 0.2;

/**
 * Gives memory back when the process has nothing to do: once after its start, and once after each time that it was busy. V8
 * collects when more is allocated, so that a service at rest would keep what starting took, two thirds of its heap.
 */
export function collectWhenIdle(): void {
  let before = process.cpuUsage();
  let isClean = false;
  setInterval(() => {
    const { user, system } = process.cpuUsage(before);
    before = process.cpuUsage();
    const step = atLook(isClean, (user + system) / (LOOK_EVERY_MS * 1_000));
    isClean = step.isClean;
    if (step.collects) collect();
  }, LOOK_EVERY_MS).unref();
}

/** What to do after an interval in which the process used this share of a core. */
export function atLook(isClean: boolean, cpuShare: number): { readonly collects: boolean; readonly isClean: boolean } {
  if (cpuShare > BUSY_ABOVE) return { collects: false, isClean: false };
  if (isClean || cpuShare > IDLE_BELOW) return { collects: false, isClean };
  return { collects: true, isClean: true };
}

/** Stops the process for some 40 ms; V8's own reducer, which a collection wakes, does the rest bit by bit. */
function collect(): void {
  // The collector can be had without a flag at the start of the process only this way. (Node.js, v8.setFlagsFromString)
  setFlagsFromString('--expose-gc');
  const run: unknown = runInNewContext('gc');
  setFlagsFromString('--no-expose-gc');
  if (typeof run === 'function') run();
}
