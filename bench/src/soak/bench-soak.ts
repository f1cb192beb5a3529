import { setTimeout as sleep } from 'node:timers/promises';

import type { CommandOptions } from '../command-options.js';
import { openPolicyReader } from '../policy/policy-state.js';
import { report } from '../report/progress.js';
import type { BenchCommand, CommandResult } from '../run-command.js';
import type { Subject } from '../subjects/subject.js';
import type { World } from '../world.js';
import { sampleServices, type ServiceSample } from './service-sample.js';
import { startSoakLoad } from './soak-load.js';
import { SOAK_STREAM } from './soak-plan.js';
import { summariseSoak, type SoakRun } from './summarise-soak.js';

const DEFAULTS = { subjects: 'split:policy', rounds: 1, quickRounds: 1, minutes: 60, quickMinutes: 2 };
const SAMPLE_MS = 10_000;
// What has been started opens its connections within this time.
const IDLE_MS = 5_000;
// Less than that leases need to run out by themselves: what is left then was never given back.
const SETTLE_WITHIN_MS = 20_000;
const KEEP_ALIVE_MS = 8_000;
const SETTLE_POLL_MS = 1_000;

// Enough that those that are cooling down for a fault leave others, and waits that end within a stream's time.
const SCALE = { keys: 1, aliases: 0, credentials: 50 };
// A request that is not streamed has no deadline but the total.
const CONFIGURATION = `deadlines: { headers: 3s, first-content: 3s, idle: 3s, total: 6s }
`;

export const SOAK: BenchCommand = {
  name: 'soak',
  help: `Puts a mixed load on Switchyard for a long time: requests of 2 KB and 100 KB, streams passed through and translated. One
client in twenty goes before its answer is whole, at any moment; one request in twenty meets an upstream that refuses
(429), fails (500), resets the connection, cuts its answer or stalls. Every 10 seconds it looks at the memory, heap and
sockets of each process. In the end it says whether memory grew (after the first sixth, by a line through medians; judged
from 10 minutes on), whether leases or sockets were left behind, and which errors clients saw that nobody asked for. Where
one of these is wrong its exit code is 1. Ctrl-C ends the load, and what was seen until then is reported.

Usage: npm run bench -- soak [options]

Options:
  --minutes N        how long the load runs (60)
  --quick            2 minutes
  --subjects LIST    which to measure, one after the other (split:policy)
  --json FILE        write all figures and every look to FILE, not to bench/results
  --help             this text

Example:
  npm run bench -- soak --minutes 2`,
  defaults: DEFAULTS,
  measure: measureSoak,
};

async function measureSoak(world: World, { subjects, minutes }: CommandOptions): Promise<CommandResult> {
  const runs: SoakRun[] = [];
  for (const id of subjects) {
    if (world.signal.aborted) break;
    const subject = await world.start(id, { probed: true, scale: SCALE, configuration: CONFIGURATION });
    if ('missing' in subject) throw new Error(subject.missing);
    await world.upstream.shape(SOAK_STREAM);
    await world.upstream.keepAlive(KEEP_ALIVE_MS);
    runs.push(await soak(world, { subject, minutes }));
    await subject.close();
  }
  return summariseSoak(runs);
}

interface SoakOptions {
  readonly subject: Subject;
  readonly minutes: number;
}

async function soak(world: World, { subject, minutes }: SoakOptions): Promise<SoakRun> {
  await untilInterrupted(world, IDLE_MS);
  const start = await sampleServices(world, subject);
  const startedAt = performance.now();
  const load = startSoakLoad(subject);
  const samples: ServiceSample[] = [];
  const endsAt = startedAt + minutes * 60_000;
  while (!world.signal.aborted && performance.now() < endsAt) {
    await untilInterrupted(world, Math.min(SAMPLE_MS, endsAt - performance.now()));
    const looked = await sampleServices(world, subject);
    samples.push(...looked);
    report(progressLine({ elapsedMs: performance.now() - startedAt, counts: load.tally.counts, looked }));
  }
  const elapsedMs = performance.now() - startedAt;
  await load.stop();
  report('waiting for what is still open');
  const { end, leasesLeft } = await settle(world, { subject, start });
  const { counts, problems } = load.tally;
  return { subject, elapsedMs, counts, problems, start, samples, end, leasesLeft };
}

/** Waits until everything is as it was at the start, or long enough. */
async function settle(
  world: World,
  { subject, start }: { readonly subject: Subject; readonly start: readonly ServiceSample[] },
): Promise<Pick<SoakRun, 'end' | 'leasesLeft'>> {
  const reader = subject.redisUrl === undefined ? undefined : await openPolicyReader(subject);
  const deadline = performance.now() + SETTLE_WITHIN_MS;
  try {
    for (;;) {
      const end = await sampleServices(world, subject);
      const leasesLeft = (await reader?.read())?.concurrent ?? null;
      const isSettled =
        (leasesLeft ?? 0) === 0 && end.every((one, index) => one.sockets <= (start[index]?.sockets ?? 0));
      if (isSettled || performance.now() > deadline) return { end, leasesLeft };
      await sleep(SETTLE_POLL_MS);
    }
  } finally {
    reader?.close();
  }
}

/** Time passes, unless somebody presses Ctrl-C. */
async function untilInterrupted({ signal }: World, ms: number): Promise<void> {
  await sleep(Math.max(0, ms), undefined, { signal }).catch(() => undefined);
}

function progressLine(now: {
  readonly elapsedMs: number;
  readonly counts: SoakRun['counts'];
  readonly looked: readonly ServiceSample[];
}): string {
  const { sent, aborted, faults, unexpected } = now.counts;
  const rate = Math.round((sent * 1_000) / now.elapsedMs);
  const memory = now.looked.map(({ service, rssMb }) => `${service} ${Math.round(rssMb)}`).join(', ');
  return (
    `${(now.elapsedMs / 60_000).toFixed(1)} min: ${sent} requests (${rate} a second), ${aborted} aborted, ` +
    `${faults} faults, ${unexpected} unexpected; MB: ${memory}`
  );
}
