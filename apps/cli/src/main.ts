#!/usr/bin/env node
import cluster from 'node:cluster';
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

// A third of what starting takes is compiling. Beside the code, since whoever may write there could change the code as well;
// where nobody may, what is there is read, or nothing.
enableCompileCache(fileURLToPath(new URL('../.cache/compiled', import.meta.url)));
const { runProgram } = await import('./program.js');

process.exitCode = await runProgram(process.argv);
// The channel to the process that started this one would keep it alive.
if (cluster.isWorker) process.exit();
