import { setFlagsFromString } from 'node:v8';

/**
 * Has V8's collector treat a service as what it is: much that dies with its request, and little that lives long.
 *
 * * What buffers take counts by the rule of the heap: all of it must have grown by a factor. By its own rule V8 collects for each 32 to
 *   64 MB of new buffers, dead by then or not, and bodies are read into buffers: that was a collection for every one or two prompts of
 *   10 MB, and most of a worker's time under bodies of 100 KB.
 * * The factor is 3. After it was asked to collect (`collectOnceIdle`) V8 was seen to take far less: a collection for every 2 MB that
 *   34 MB grew by, and up to half as much again for every request.
 * * Nothing is made in the old part of the heap because its like lived long once. V8 decides that for each place in the code, at any time and
 *   for good; once it had decided it for a part of a call (its signal, its head), every call left something there that held the rest of it and
 *   of those around it until the next full collection. It befell processes by chance, and cost them up to 40 % more.
 *
 * A V8 without these flags says so on standard error, and goes on as before. (V8, flag-definitions.h; `node --v8-options`)
 */
export function relaxCollector(): void {
  setFlagsFromString('--external-memory-accounted-in-global-limit');
  setFlagsFromString('--heap-growing-percent=200');
  setFlagsFromString('--no-allocation-site-pretenuring');
}
