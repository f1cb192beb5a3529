/** The load generator, as a process of its own so that its CPU is nobody's: `node load-process.js JOB_AS_JSON`. */
import type { LoadJob } from './job.js';
import { runLoad } from './run-load.js';

const job: LoadJob = JSON.parse(process.argv[2] ?? '');
console.log(JSON.stringify(await runLoad(job)));
