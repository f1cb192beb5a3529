import { setTimeout as sleep } from 'node:timers/promises';

import { optionsHelp, type CommandOptions } from '../command-options.js';
import { jobFor } from '../measure.js';
import { askProbe, probed } from '../probe/probe.js';
import { report } from '../report/progress.js';
import type { Bound } from '../report/verdicts.js';
import { numberIn, type BenchCommand, type CommandResult, type ReportRow } from '../run-command.js';
import { subjectLabel, type MeasuredProcess, type Subject } from '../subjects/subject.js';
import { STREAM } from '../workload.js';
import type { World } from '../world.js';
import { openSlowClient } from './slow-client.js';
import { measureStalls, summariseStalls } from './stalls.js';

const DEFAULTS = { subjects: 'floor,split:policy', rounds: 5, quickRounds: 1 };
const WINDOWS_PER_ROUND = 5;
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
stream of 40 MB at 1 KB/s: the mean of ${CLIENTS} of them. Of each window of a second the longest stall counts, and the median
of the windows is told. Windows without any load take turns with them: what the loop stands still then is the machine's. It takes about 3 minutes.

Usage: npm run bench -- large [options]

${optionsHelp(DEFAULTS)}

Example:
  npm run bench -- large --subjects standalone:bare`,
  defaults: DEFAULTS,
  measure: measureLarge,
};

async function measureLarge(world: World, options: CommandOptions): Promise<CommandResult> {
  const rows: ReportRow[] = [];
  const bounds: Bound[] = [];
  let floorMs: number | null = null;
  for (const id of options.subjects) {
    const subject = await world.start(id, { probed: true });
    if ('missing' in subject) {
      report(`${id.subject} is not measured: ${subject.missing}`);
      continue;
    }
    // The memory first: what large prompts leave behind goes only bit by bit.
    const memory = await memoryRow(world, subject, options);
    const stalls = await stallRows(world, subject, options.rounds);
    rows.push(memory, ...stalls);
    if (id.subject === 'floor') floorMs = numberIn(stalls[0], 'beyond idle');
    if (subject.operator !== undefined)
      bounds.push(memoryBound(memory), ...stalls.map((row) => stallBound(row, floorMs)));
    await subject.close();
  }
  return { rows, bounds };
}

const HELD_KB = 1_000;
const STALL_MS = 20;

function memoryBound(row: ReportRow): Bound {
  return { budget: `${row['what']}`, type: 'at most', bound: HELD_KB, unit: ' KB', reached: numberIn(row, 'figure') };
}

/**
 * Held to it is what the load adds: how long the loop stands still without any is the machine's. Where even the floor
 * stands still for longer, so is part of the rest.
 */
function stallBound(row: ReportRow, floorMs: number | null): Bound {
  return {
    budget: `${row['what']}, beyond idle`,
    type: 'at most',
    bound: STALL_MS,
    unit: ' ms',
    reached: numberIn(row, 'beyond idle'),
    doubt: floorMs !== null && floorMs > STALL_MS ? `the floor itself: ${floorMs.toFixed(1)} ms` : undefined,
  };
}

async function stallRows(world: World, subject: Subject, rounds: number): Promise<readonly ReportRow[]> {
  const windows = rounds * WINDOWS_PER_ROUND;
  const found = await measureStalls(world, { subject, processes: onThePath(world, subject), windows });
  return found.map((stalls) => {
    const { loadedMs, idleMs, addedMs } = summariseStalls(stalls);
    return {
      what: `${subjectLabel(subject)}: worst stall of ${stalls.process}, 10 MB prompts`,
      figure: loadedMs,
      unit: 'ms',
      idle: idleMs,
      'beyond idle': addedMs,
      windows: stalls.loaded.map((ms) => Math.round(ms)).join(' '),
    };
  });
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
      'beyond idle': null,
      windows: null,
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
