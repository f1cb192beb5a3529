import { setTimeout as sleep } from 'node:timers/promises';

import { optionsHelp, type CommandOptions } from '../command-options.js';
import { processTreeRssMb } from '../processes/process-tree-memory.js';
import { report } from '../report/progress.js';
import { median } from '../report/summarise.js';
import type { Bound } from '../report/verdicts.js';
import type { BenchCommand, CommandResult, ReportRow } from '../run-command.js';
import type { Subject } from '../subjects/subject.js';
import type { World } from '../world.js';

const DEFAULTS = { subjects: 'split:policy', rounds: 5, quickRounds: 1 };
const IDLE_MS = 20_000;
const QUICK_IDLE_MS = 2_000;
const MANY_KEYS = { keys: 10_000, aliases: 10, credentials: 1 };

export const FOOTPRINT: BenchCommand = {
  name: 'footprint',
  help: `Measures the memory of each service that has had nothing to do for 20 seconds, with one key and with 10,000, and how long
a gateway with 10,000 keys takes from its start until /readyz says that it can serve: with everything running, and with
admin, Redis and Postgres stopped, so that it has only its snapshot on disk. It takes about 2 minutes.

Usage: npm run bench -- footprint [options]

${optionsHelp(DEFAULTS)}

Example:
  npm run bench -- footprint --json /tmp/footprint.json`,
  defaults: DEFAULTS,
  measure: measureFootprint,
};

async function measureFootprint(world: World, { rounds, quick }: CommandOptions): Promise<CommandResult> {
  const idleMs = quick ? QUICK_IDLE_MS : IDLE_MS;
  const standalone = await world.start({ subject: 'standalone', profile: 'bare' });
  const small = await world.startSplit('policy');
  const large = await world.startSplit('policy', { scale: MANY_KEYS });
  report(`waiting ${idleMs / 1_000} s`);
  await sleep(idleMs, undefined, { signal: world.signal });
  const services = [...memoryRows('split, 1 key', small), ...memoryRows('split, 10,000 keys', large)];
  const memory = [...('missing' in standalone ? [] : memoryRows('standalone, 1 key', standalone)), ...services];
  const together = await readyTimes(world, { rounds, restart: () => large.restartGateway() });
  await large.stopControlPlane();
  const alone = await readyTimes(world, { rounds, restart: () => large.restartGateway() });
  const ready = [
    { what: 'gateway ready, 10,000 keys: everything running', figure: median(together), unit: 'ms' },
    { what: 'gateway ready, 10,000 keys: from its snapshot on disk', figure: median(alone), unit: 'ms' },
  ];
  const bounds = [
    ...services.filter(isOurs).map((row) => boundOf(row, IDLE_MB)),
    ...ready.slice(-1).map((row) => boundOf(row, READY_MS)),
  ];
  return { rows: [...memory, ...ready], bounds };
}

const IDLE_MB = 150;
const READY_MS = 2_000;

function isOurs({ what }: Figure): boolean {
  return /^RSS of (gateway|worker|admin) /.test(what);
}

function boundOf({ what, figure, unit }: Figure, bound: number): Bound {
  return { budget: what, type: 'at most', bound, unit: ` ${unit}`, reached: figure };
}

interface Figure extends ReportRow {
  readonly what: string;
  readonly figure: number;
  readonly unit: string;
}

function memoryRows(label: string, { processes }: Subject): readonly Figure[] {
  return processes.map(({ name, pid }) => ({
    what: `RSS of ${name} (${label})`,
    figure: Math.round(processTreeRssMb(pid)),
    unit: 'MB',
  }));
}

async function readyTimes(
  world: World,
  { rounds, restart }: { readonly rounds: number; readonly restart: () => Promise<number> },
): Promise<readonly number[]> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    world.signal.throwIfAborted();
    times.push(await restart());
    report(`ready after ${times.at(-1)?.toFixed(0)} ms`);
  }
  return times;
}
