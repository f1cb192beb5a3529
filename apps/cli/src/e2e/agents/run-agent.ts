import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { startProcess } from '@switchyard/testkit';

import { exitWithin } from './install-agent.js';
import type { AgentAccess, KnownAgent } from './known-agents.js';

export interface RunAgentOptions {
  readonly agent: KnownAgent;
  /** Where the agent is installed. */
  readonly script: string;
  readonly access: AgentAccess;
  readonly prompt: string;
  /** What the agent is told to ask for anything that is not on this machine. */
  readonly proxyUrl: string;
  /** The file that the agent is to write. */
  readonly file: string;
}

export interface AgentRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The text of `file`, if there is one. */
  readonly written: string | undefined;
}

const RUN_TIMEOUT_MS = 60_000;

/** Gives an agent a prompt in an empty folder, with a home of its own, and waits until it is done. */
export async function runAgent({ agent, script, access, prompt, proxyUrl, file }: RunAgentOptions): Promise<AgentRun> {
  const root = await mkdtemp(join(tmpdir(), `switchyard-${agent.name}-`));
  const home = join(root, 'home');
  const folder = join(root, 'work');
  try {
    await Promise.all([mkdir(join(home, 'tmp'), { recursive: true }), mkdir(folder)]);
    for (const [path, text] of Object.entries(agent.settings(access))) await writeNew(join(home, path), text);
    const started = await startProcess({
      command: process.execPath,
      args: [script, ...agent.args(access, prompt)],
      env: {
        PATH: process.env['PATH'],
        HOME: home,
        TMPDIR: join(home, 'tmp'),
        TERM: 'xterm-256color',
        ...proxyVariables(proxyUrl),
        ...agent.variables(access),
      },
      cwd: folder,
    });
    const { code } = await exitWithin(started, RUN_TIMEOUT_MS);
    const written = await readFile(join(folder, file), 'utf8').catch(() => undefined);
    return { code, stdout: started.stdout(), stderr: started.stderr(), written };
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

async function writeNew(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

/** Programs differ in which spelling they read. */
function proxyVariables(proxyUrl: string): Readonly<Record<string, string>> {
  const here = '127.0.0.1,localhost';
  return {
    HTTP_PROXY: proxyUrl,
    http_proxy: proxyUrl,
    HTTPS_PROXY: proxyUrl,
    https_proxy: proxyUrl,
    ALL_PROXY: proxyUrl,
    all_proxy: proxyUrl,
    NO_PROXY: here,
    no_proxy: here,
  };
}
