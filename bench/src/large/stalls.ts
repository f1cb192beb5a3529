import { setTimeout as sleep } from 'node:timers/promises';

import { jobFor } from '../measure.js';
import { askProbe } from '../probe/probe.js';
import { report } from '../report/progress.js';
import { median } from '../report/summarise.js';
import { subjectLabel, type MeasuredProcess, type Subject } from '../subjects/subject.js';
import type { World } from '../world.js';

/** How long a process's event loop stands still: the longest of each window, in milliseconds. */
export interface Stalls {
  readonly process: string;
  readonly idle: readonly number[];
  readonly loaded: readonly number[];
}

export interface StallSummary {
  /** Medians over the windows, of the longest in each. */
  readonly loadedMs: number;
  readonly idleMs: number;
  /** What the load adds: the rest is the machine's. */
  readonly addedMs: number;
}

/** One window is anybody's hiccup: the median of the worst of several is what happens regularly. */
export function summariseStalls({ idle, loaded }: Pick<Stalls, 'idle' | 'loaded'>): StallSummary {
  const loadedMs = median(loaded);
  const idleMs = median(idle);
  return { loadedMs, idleMs, addedMs: Math.max(0, loadedMs - idleMs) };
}

const WINDOW_MS = 1_000;
// The first prompts make buffers grow and code compile, once.
const WARM_UP_MS = 3_000;

/** Looks at windows without load and under 10 MB prompts, two at a time, in turns. */
export async function measureStalls(
  world: World,
  options: { readonly subject: Subject; readonly processes: readonly MeasuredProcess[]; readonly windows: number },
): Promise<readonly Stalls[]> {
  const { subject, processes, windows } = options;
  report(`${subjectLabel(subject)}: 10 MB prompts`);
  const idle: ReadonlyMap<string, number>[] = [];
  const loaded: ReadonlyMap<string, number>[] = [];
  await sendLarge(world, subject, WARM_UP_MS);
  for (let window = 0; window < windows; window += 1) {
    idle.push(await longestDuring(world, processes, () => sleep(WINDOW_MS, undefined, { signal: world.signal })));
    loaded.push(await longestDuring(world, processes, () => sendLarge(world, subject, WINDOW_MS)));
  }
  const of = (found: readonly ReadonlyMap<string, number>[], name: string): readonly number[] =>
    found.flatMap((stalls) => stalls.get(name) ?? []);
  return processes.map(({ name }) => ({ process: name, idle: of(idle, name), loaded: of(loaded, name) }));
}

async function longestDuring(
  { probeFolder }: World,
  processes: readonly MeasuredProcess[],
  act: () => Promise<unknown>,
): Promise<ReadonlyMap<string, number>> {
  for (const { pid } of processes) await askProbe(probeFolder, pid, '/delay/start');
  await act();
  const longest = new Map<string, number>();
  for (const { name, pid } of processes) {
    const { maxMs }: { readonly maxMs: number } = JSON.parse(await askProbe(probeFolder, pid, '/delay/stop'));
    longest.set(name, maxMs);
  }
  return longest;
}

async function sendLarge(world: World, subject: Subject, durationMs: number): Promise<void> {
  const pace = { type: 'closed', concurrency: 2 } as const;
  const job = jobFor(subject, { request: 'chat-10m', pace, durationMs });
  const { firstError, errors } = await world.generator.run(job, world.signal);
  if (errors > 0) throw new Error(`${subjectLabel(subject)}: 10 MB prompts: ${firstError}`);
}
