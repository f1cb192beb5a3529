#!/usr/bin/env node
import cluster from 'node:cluster';

import { runProgram } from './program.js';

process.exitCode = await runProgram(process.argv);
// The channel to the process that started this one would keep it alive.
if (cluster.isWorker) process.exit();
