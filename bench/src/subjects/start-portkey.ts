import { installPackage, nextPort, startProcess } from '@switchyard/testkit';

import { MODEL } from '../workload.js';
import type { MissingSubject, Subject, SubjectOptions } from './subject.js';

/** The peer: the gateway of Portkey as its package starts it, without its page, on the Node that everything runs on. */
export const PORTKEY = {
  package: '@portkey-ai/gateway',
  version: '1.15.2',
  script: 'build/start-server.js',
  // With those that npm would take (1.19.5 and 1.19.19 were tried) every stream ends in a 500: "TypeError: immutable".
  overrides: { '@hono/node-server': '1.14.0' },
};

const START_TIMEOUT_MS = 60_000;

export async function startPortkey(options: SubjectOptions): Promise<Subject | MissingSubject> {
  try {
    const script = await installPackage(PORTKEY, { kind: 'bench', signal: options.signal });
    return await start(script, options);
  } catch (error) {
    options.signal.throwIfAborted();
    const missing = error instanceof Error ? error.message : String(error);
    return { subject: 'portkey', profile: 'bare', missing };
  }
}

async function start(script: string, { upstreamUrl, nodeArgs, env }: SubjectOptions): Promise<Subject> {
  const port = await nextPort();
  const running = await startProcess({
    command: process.execPath,
    args: [...nodeArgs, script, `--port=${port}`, '--headless'],
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], NODE_ENV: 'production', ...env },
    readyPattern: /Ready for connections/,
    timeoutMs: START_TIMEOUT_MS,
  });
  return {
    subject: 'portkey',
    profile: 'bare',
    url: `http://127.0.0.1:${port}`,
    keys: ['upstream-key'],
    headers: { 'x-portkey-provider': 'openai', 'x-portkey-custom-host': `${upstreamUrl}/v1` },
    models: [MODEL],
    // Its /v1/messages knows only providers that speak that dialect themselves.
    translates: false,
    processes: [{ name: 'portkey', pid: running.pid }],
    metricsUrls: [],
    close: () => running.kill(),
  };
}
