// Prints how often the whole heap is collected within two seconds in which a process has nothing to do, by the module that is named.
import { constants, PerformanceObserver } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

const { collectWheneverIdle } = await import(process.argv[2]);
let count = 0;
const observer = new PerformanceObserver((list) => {
  for (const { detail } of list.getEntries()) if (detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR) count += 1;
});
observer.observe({ entryTypes: ['gc'] });
collectWheneverIdle({ lookEveryMs: 20, againAfterMs: 200 });
await sleep(2_000);
console.log(JSON.stringify({ count }));
observer.disconnect();
