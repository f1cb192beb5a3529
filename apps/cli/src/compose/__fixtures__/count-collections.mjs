// Prints how often the whole heap is collected while 1.5 GB are read into buffers that are dropped at once: before the collector
// is relaxed by the module that is named, and after.
import { constants, PerformanceObserver } from 'node:perf_hooks';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';

const PIECE_BYTES = 64 * 1024;
const PIECES = 24_000;

async function fullCollections() {
  let count = 0;
  const observer = new PerformanceObserver((list) => {
    for (const { detail } of list.getEntries()) if (detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR) count += 1;
  });
  observer.observe({ entryTypes: ['gc'] });
  for (let piece = 0; piece < PIECES; piece += 1) {
    Buffer.allocUnsafeSlow(PIECE_BYTES);
    if (piece % 50 === 0) await nextTurn();
  }
  await sleep(50);
  observer.disconnect();
  return count;
}

const { relaxCollector } = await import(process.argv[2]);
const before = await fullCollections();
relaxCollector();
console.log(JSON.stringify({ before, after: await fullCollections() }));
