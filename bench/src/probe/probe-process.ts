/**
 * Loaded into a subject's Node process before its own script (`node --import probe-process.js ...`): answers on a socket
 * in BENCH_PROBE_FOLDER what only the process itself can tell. It keeps no process alive.
 */
import { createServer, type IncomingMessage } from 'node:http';
import { Session } from 'node:inspector/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';

import { probeSocket } from './probe-socket.js';

const session = new Session();
let delay: ReturnType<typeof monitorEventLoopDelay> | undefined;

// Often enough to show what holds the code up, and rarely enough to not be it.
const SAMPLING_MICROS = 500;
const DELAY_RESOLUTION_MS = 1;

async function act(command: string | undefined): Promise<unknown> {
  switch (command) {
    case '/profile/start':
      session.connect();
      await session.post('Profiler.enable');
      await session.post('Profiler.setSamplingInterval', { interval: SAMPLING_MICROS });
      return session.post('Profiler.start');
    case '/profile/stop': {
      const { profile } = await session.post('Profiler.stop');
      session.disconnect();
      return profile;
    }
    case '/delay/start':
      delay = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS });
      return { enabled: delay.enable() };
    case '/delay/stop':
      delay?.disable();
      return { maxMs: (delay?.max ?? 0) / 1e6, p99Ms: (delay?.percentile(99) ?? 0) / 1e6 };
    case '/memory':
      // Buffers whose owners went in one collection are given back in the next.
      for (let times = 0; times < 3; times += 1) {
        globalThis.gc?.();
        await setImmediate();
      }
      return process.memoryUsage();
    case '/usage':
      return { heapUsed: process.memoryUsage().heapUsed, handles: process.getActiveResourcesInfo().length };
    default:
      throw new Error(`the probe knows no ${command}`);
  }
}

const server = createServer((request: IncomingMessage, response) => {
  act(request.url).then(
    (result) => response.end(JSON.stringify(result ?? {})),
    (error: unknown) => response.writeHead(500).end(String(error)),
  );
});
// The command line's own children inherit the variable, and some of them have no such folder any more.
server.on('error', () => undefined);
server.listen(probeSocket(process.env['BENCH_PROBE_FOLDER'] ?? '.', process.pid)).unref();
