import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startProcess } from '@switchyard/testkit';

import { measure } from './measure.js';
import { HELP, parseOptions, type BenchOptions, type SubjectName } from './options.js';
import { formatTables } from './report/format-table.js';
import { describeMachine, report, saveFigures } from './report/progress.js';
import { summarise } from './report/summarise.js';
import { startFloor } from './subjects/start-floor.js';
import { startSplit } from './subjects/start-split.js';
import { startStandalone } from './subjects/start-standalone.js';
import type { Subject, SubjectOptions } from './subjects/subject.js';
import { benchTranslate } from './translate/bench-translate.js';
import { WORKLOADS } from './workload.js';

const STARTERS: Readonly<Record<SubjectName, (options: SubjectOptions) => Promise<Subject>>> = {
  floor: startFloor,
  standalone: startStandalone,
  split: startSplit,
};

async function bench(options: BenchOptions, signal: AbortSignal): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-bench-'));
  const closers: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  try {
    const upstream = await startProcess({
      command: process.execPath,
      args: [join(import.meta.dirname, 'upstream/mock-upstream.js')],
      readyPattern: /http:\S+/,
    });
    closers.push(() => upstream.kill());
    const subjects: Subject[] = [];
    for (const name of options.subjects) {
      signal.throwIfAborted();
      report(`starting ${name}`);
      const subject = await STARTERS[name]({ upstreamUrl: upstream.stdout().trim(), folder: join(folder, name) });
      closers.push(() => subject.close());
      subjects.push(subject);
    }
    const measurements = await measure({ ...options, subjects, workloads: WORKLOADS, signal, report });
    if (upstream.stderr() !== '')
      throw new Error(`the upstream got malformed requests:\n${upstream.stderr().slice(0, 2_000)}`);

    const summary = summarise(measurements, WORKLOADS);
    const machine = describeMachine();
    console.log(`Node ${machine.node}, ${machine.cpus} CPUs (${machine.cpu}), medians of ${options.rounds} rounds\n`);
    console.log(formatTables(summary, WORKLOADS));
    if (options.jsonFile !== undefined)
      await saveFigures(options.jsonFile, { machine, options, summary, measurements });
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  const interrupt = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => {
      report('stopping');
      interrupt.abort(new Error('interrupted'));
    });
  }
  if (args[0] === 'translate') return benchTranslate(args.slice(1), interrupt.signal);
  const options = parseOptions(args);
  if (options.help) console.log(HELP);
  else await bench(options, interrupt.signal);
}

try {
  await main();
} catch (error) {
  report(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
