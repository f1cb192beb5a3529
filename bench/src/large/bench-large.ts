import { setTimeout as sleep } from 'node:timers/promises';

import { optionsHelp, type CommandOptions } from '../command-options.js';
import { jobFor } from '../measure.js';
import { askProbe, probed } from '../probe/probe.js';
import { report } from '../report/progress.js';
import { median } from '../report/summarise.js';
import type { BenchCommand, ReportRow } from '../run-command.js';
import { subjectLabel, type MeasuredProcess, type Subject } from '../subjects/subject.js';
import { STREAM } from '../workload.js';
import type { World } from '../world.js';
import { openSlowClient } from './slow-client.js';

const DEFAULTS = { subjects: 'floor,split:policy', rounds: 5, quickRounds: 1 };
const CLIENTS = 20;
const READ_MS = 10_000;
const QUICK_READ_MS = 3_000;
const LOAD_MS = 3_000;
const BYTES_PER_SECOND = 1_024;
// 40 MB in events of 1 KB, as fast as they are taken: far more than all buffers of the system on the way.
const FLOOD = { chunks: 40_000, intervalMs: 0, padding: 1_000 };

export const LARGE: BenchCommand = {
  name: 'large',
  help: `Measures what large things do to a subject: how long its event loop stands still while 10 MB prompts arrive, two at a time,
and how much memory (heap, buffers and other memory outside of it, after a collection) a client holds that reads a
stream of 40 MB at 1 KB/s: the mean of ${CLIENTS} of them. The event loop is also measured without any load: what it stands
still then is the machine's. It takes about 3 minutes.

Usage: npm run bench -- large [options]

${optionsHelp(DEFAULTS)}

Example:
  npm run bench -- large --subjects standalone:bare`,
  defaults: DEFAULTS,
  measure: measureLarge,
};

async function measureLarge(world: World, options: CommandOptions): Promise<readonly ReportRow[]> {
  const rows: ReportRow[] = [];
  for (const id of options.subjects) {
    const subject = await world.start(id, { probed: true });
    if ('missing' in subject) {
      report(`${id.subject} is not measured: ${subject.missing}`);
      continue;
    }
    // The memory first: what large prompts leave behind goes only bit by bit.
    rows.push(await memoryRow(world, subject, options), ...(await stallRows(world, subject, options)));
    await subject.close();
  }
  return rows;
}

async function stallRows(world: World, subject: Subject, { rounds }: CommandOptions): Promise<readonly ReportRow[]> {
  const nodes = onThePath(world, subject);
  const idle: Stalls[] = [];
  const loaded: Stalls[] = [];
  await sendLarge(world, subject);
  for (let round = 0; round < rounds; round += 1) {
    report(`${subjectLabel(subject)}: 10 MB prompts, round ${round + 1} of ${rounds}`);
    idle.push(await stallsDuring(world, nodes, () => sleep(LOAD_MS, undefined, { signal: world.signal })));
    loaded.push(await stallsDuring(world, nodes, () => sendLarge(world, subject)));
  }
  return nodes.map(({ name }) => ({
    what: `${subjectLabel(subject)}: longest stall of ${name}, 10 MB prompts`,
    figure: median(loaded.map((stalls) => stalls.get(name) ?? Number.NaN)),
    unit: 'ms',
    idle: median(idle.map((stalls) => stalls.get(name) ?? Number.NaN)),
  }));
}

/** The longest that each process's event loop stood still, in milliseconds. */
type Stalls = ReadonlyMap<string, number>;

async function stallsDuring(
  { probeFolder }: World,
  processes: readonly MeasuredProcess[],
  act: () => Promise<unknown>,
): Promise<Stalls> {
  for (const { pid } of processes) await askProbe(probeFolder, pid, '/delay/start');
  await act();
  const stalls = new Map<string, number>();
  for (const { name, pid } of processes) {
    const { maxMs }: { readonly maxMs: number } = JSON.parse(await askProbe(probeFolder, pid, '/delay/stop'));
    stalls.set(name, maxMs);
  }
  return stalls;
}

async function sendLarge(world: World, subject: Subject): Promise<void> {
  const pace = { type: 'closed', concurrency: 2 } as const;
  const job = jobFor(subject, { request: 'chat-10m', pace, durationMs: LOAD_MS });
  const { firstError, errors } = await world.generator.run(job, world.signal);
  if (errors > 0) throw new Error(`${subjectLabel(subject)}: 10 MB prompts: ${firstError}`);
}

/** What is only made at the first requests belongs to none of the clients that come later. */
async function sendSmall(world: World, subject: Subject): Promise<void> {
  const pace = { type: 'closed', concurrency: CLIENTS } as const;
  await world.upstream.shape(STREAM);
  for (const stream of [undefined, STREAM]) {
    const request = stream === undefined ? 'chat-2k' : 'chat-stream';
    await world.generator.run(jobFor(subject, { request, stream, pace, durationMs: LOAD_MS }), world.signal);
  }
}

async function memoryRow(world: World, subject: Subject, { quick }: CommandOptions): Promise<ReportRow> {
  report(`${subjectLabel(subject)}: ${CLIENTS} slow clients`);
  const nodes = onThePath(world, subject);
  await sendSmall(world, subject);
  await world.upstream.shape(FLOOD);
  const before = await memoryBytes(world, nodes);
  const clients = await Promise.all(Array.from({ length: CLIENTS }, () => openSlowClient(subject, BYTES_PER_SECOND)));
  try {
    await sleep(quick ? QUICK_READ_MS : READ_MS, undefined, { signal: world.signal });
    if (clients.some((client) => client.read() === 0)) throw new Error('a slow client got nothing to read');
    const after = await memoryBytes(world, nodes);
    const names = nodes.map(({ name }) => name).join(' and ');
    return {
      what: `${subjectLabel(subject)}: held in ${names} by a client that reads at 1 KB/s`,
      figure: (after - before) / CLIENTS / 1_000,
      unit: 'KB',
      idle: null,
    };
  } finally {
    for (const client of clients) client.close();
  }
}

async function memoryBytes({ probeFolder }: World, processes: readonly MeasuredProcess[]): Promise<number> {
  let sum = 0;
  for (const { pid } of processes) {
    const usage: NodeJS.MemoryUsage = JSON.parse(await askProbe(probeFolder, pid, '/memory'));
    sum += usage.heapUsed + usage.external;
  }
  return sum;
}

/** Admin has no part in a request. */
function onThePath({ probeFolder }: World, { processes }: Subject): readonly MeasuredProcess[] {
  return probed(probeFolder, processes).filter(({ name }) => name !== 'admin');
}
