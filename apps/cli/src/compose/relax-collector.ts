import { setFlagsFromString } from 'node:v8';

/**
 * Has V8 collect its whole heap less often, which a service with little that lives long can afford:
 *
 * * What buffers take counts by the rule of the heap: all of it must have grown by a factor. By its own rule V8 collects for each 32 to
 *   64 MB of new buffers, dead by then or not, and bodies are read into buffers: that was a collection for every one or two prompts of
 *   10 MB, and most of a worker's time under bodies of 100 KB.
 * * The factor is 3. After it was asked to collect (`collectOnceIdle`) V8 was seen to take far less: a collection for every 2 MB that
 *   34 MB grew by, and up to half as much again for every request.
 *
 * A V8 without these flags says so on standard error, and goes on as before. (V8, flag-definitions.h; `node --v8-options`)
 */
export function relaxCollector(): void {
  setFlagsFromString('--external-memory-accounted-in-global-limit');
  setFlagsFromString('--heap-growing-percent=200');
}
