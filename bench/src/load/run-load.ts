import { setTimeout as sleep } from 'node:timers/promises';

import { Pool } from 'undici';

import { requestBody, requestPath } from '../request-body.js';
import type { LoadJob, LoadResult } from './job.js';
import { send, type Prepared, type Sent } from './send.js';
import { summariseLoad } from './summarise-load.js';

// More than any workload has in flight, so that none waits for a connection within the load generator itself.
const CONNECTIONS = 4_096;

/** Sends requests for the job's time, waits for the last answers, and tells what came of it. */
export async function runLoad(job: LoadJob): Promise<LoadResult> {
  const pool = new Pool(job.url, { connections: CONNECTIONS, pipelining: 1 });
  const prepared = prepare(job);
  let next = 0;
  const sendNext = (): Promise<Sent> => {
    const request = prepared(next);
    next += 1;
    return send(pool, request);
  };
  const startedAt = performance.now();
  const until = startedAt + job.durationMs;
  const staggerMs = job.staggerMs ?? job.stream?.intervalMs ?? 0;
  const sent =
    job.pace.type === 'closed'
      ? await closedLoop(sendNext, { ...job, until, concurrency: job.pace.concurrency, staggerMs })
      : await fixedRate(sendNext, { until, intervalMs: 1_000 / job.pace.perSecond });
  const elapsedMs = performance.now() - startedAt;
  await pool.close();
  return summariseLoad(sent, { elapsedMs, lateMs: job.stream?.intervalMs || Infinity });
}

/** The n-th request. */
function prepare(job: LoadJob): (index: number) => Prepared {
  const bodies = job.models.map((model) => Buffer.from(requestBody(job.request, model)));
  const headers = job.keys.map((key) => ({
    'content-type': 'application/json',
    authorization: `Bearer ${key}`,
    ...job.headers,
  }));
  const path = requestPath(job.request);
  return (index) => ({
    path,
    headers: headers[index % headers.length] ?? {},
    body: bodies[index % bodies.length] ?? '',
    stream: job.stream,
  });
}

interface Loop {
  readonly until: number;
  readonly concurrency: number;
  /** The first requests are spread over so long, or all streams would tick as one. */
  readonly staggerMs: number;
  readonly maxRequests?: number | undefined;
}

async function closedLoop(
  sendNext: () => Promise<Sent>,
  { until, concurrency, staggerMs, maxRequests = Infinity }: Loop,
): Promise<readonly Sent[]> {
  const sent: Sent[] = [];
  let begun = 0;
  const loop = async (_: unknown, index: number): Promise<void> => {
    await sleep(Math.floor((index * staggerMs) / concurrency));
    do {
      if (begun >= maxRequests) return;
      begun += 1;
      sent.push(await sendNext());
    } while (performance.now() < until);
  };
  await Promise.all(Array.from({ length: concurrency }, loop));
  return sent;
}

/** Each request is due at its own time: a slow answer delays no later request. */
async function fixedRate(
  sendNext: () => Promise<Sent>,
  { until, intervalMs }: { readonly until: number; readonly intervalMs: number },
): Promise<readonly Sent[]> {
  const sent: Promise<Sent>[] = [];
  for (let due = performance.now(); due < until; due += intervalMs) {
    const wait = due - performance.now();
    if (wait > 0) await sleep(wait);
    sent.push(sendNext());
  }
  return Promise.all(sent);
}
