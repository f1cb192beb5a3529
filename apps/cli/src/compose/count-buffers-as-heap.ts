import { setFlagsFromString } from 'node:v8';

/**
 * Lets V8 collect for what buffers take by the rule that it has for its heap: when all of it has grown by a factor. By its own
 * rule it collects the whole heap for each 32 to 64 MB of new buffers, dead by then or not, and bodies are read into buffers: that
 * was a collection for every one or two prompts of 10 MB, and most of a worker's time under bodies of 100 KB.
 *
 * A V8 without the flag says so on standard error, and goes on as before. (V8, flag-definitions.h; `node --v8-options`)
 */
export function countBuffersAsHeap(): void {
  setFlagsFromString('--external-memory-accounted-in-global-limit');
}
