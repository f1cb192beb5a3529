import { GCProfiler, getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** So often a sample is tried in which the collector does not run. */
const TRIES = 5;

/**
 * The bytes that `work` allocates: what the heap and the memory of buffers grow by while it runs. The collector is run
 * before and must not run meanwhile, since what it frees would be missing; undefined where it always did.
 */
export function allocatedBytes(work: () => void): number | undefined {
  const collect = collector();
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    // The first one leaves the memory of buffers to be freed in the background; the second waits for that.
    collect();
    collect();
    const profiler = new GCProfiler();
    profiler.start();
    const before = inUse();
    work();
    const after = inUse();
    if (profiler.stop().statistics.length === 0) return after - before;
  }
  return undefined;
}

function inUse(): number {
  const { used_heap_size: heap, external_memory: buffers } = getHeapStatistics();
  return heap + buffers;
}

/** What `node --expose-gc` gives, without the flag on the command line. */
function collector(): () => void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect !== 'function') throw new Error('this Node does not let its collector be called');
  return () => void collect();
}
