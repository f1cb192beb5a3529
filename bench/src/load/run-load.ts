import { setTimeout as sleep } from 'node:timers/promises';

import { Pool } from 'undici';

import { STREAM, requestBody } from '../workload.js';
import type { LoadJob, LoadResult } from './job.js';
import { send, type Sent } from './send.js';

// More than any workload has in flight, so that none waits for a connection within the load process itself.
const CONNECTIONS = 256;

/** Sends requests for the job's time, waits for the last answers, and tells what came of it. */
export async function runLoad(job: LoadJob): Promise<LoadResult> {
  const pool = new Pool(job.url, { connections: CONNECTIONS, pipelining: 1 });
  const body = requestBody(job.stream);
  const sendOne = (): Promise<Sent> => send(pool, { key: job.key, body });
  const startedAt = performance.now();
  const until = startedAt + job.durationMs;
  const sent =
    job.pace.type === 'closed'
      ? await closedLoop(sendOne, { until, concurrency: job.pace.concurrency })
      : await fixedRate(sendOne, { until, intervalMs: 1_000 / job.pace.perSecond });
  const elapsedMs = performance.now() - startedAt;
  await pool.close();
  return summarise(sent, elapsedMs, job.stream);
}

async function closedLoop(
  sendOne: () => Promise<Sent>,
  { until, concurrency }: { readonly until: number; readonly concurrency: number },
): Promise<readonly Sent[]> {
  const sent: Sent[] = [];
  const loop = async (): Promise<void> => {
    while (performance.now() < until) sent.push(await sendOne());
  };
  await Promise.all(Array.from({ length: concurrency }, loop));
  return sent;
}

/** Each request is due at its own time: a slow answer delays no later request. */
async function fixedRate(
  sendOne: () => Promise<Sent>,
  { until, intervalMs }: { readonly until: number; readonly intervalMs: number },
): Promise<readonly Sent[]> {
  const sent: Promise<Sent>[] = [];
  for (let due = performance.now(); due < until; due += intervalMs) {
    const wait = due - performance.now();
    if (wait > 0) await sleep(wait);
    sent.push(sendOne());
  }
  return Promise.all(sent);
}

/** What was sent, as figures. */
export function summarise(sent: readonly Sent[], elapsedMs: number, stream: boolean): LoadResult {
  const good = sent.filter((one) => one.error === undefined);
  const latencies = good.map((one) => one.latencyMs).sort((a, b) => a - b);
  return {
    requests: good.length,
    chunks: stream ? good.length * STREAM.chunks : 0,
    errors: sent.length - good.length,
    firstError: sent.find((one) => one.error !== undefined)?.error,
    elapsedMs,
    latencyP50Ms: percentile(latencies, 0.5),
    latencyP99Ms: percentile(latencies, 0.99),
  };
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
