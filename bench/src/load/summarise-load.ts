import type { LoadResult } from './job.js';
import { percentilesOf } from './percentiles.js';
import type { Sent } from './send.js';

/** What was sent, as figures. `lateMs`: chunks that took longer are late. */
export function summariseLoad(
  sent: readonly Sent[],
  { elapsedMs, lateMs }: { readonly elapsedMs: number; readonly lateMs: number },
): LoadResult {
  const good = sent.filter(({ error }) => error === undefined);
  const delaysMs = good.flatMap(({ chunks }) => chunks?.delaysMs ?? []);
  return {
    requests: good.length,
    errors: sent.length - good.length,
    firstError: sent.find(({ error }) => error !== undefined)?.error,
    elapsedMs,
    answerMs: percentilesOf(good.map(({ answerMs }) => answerMs)),
    firstTokenMs: percentilesOf(good.flatMap(({ firstTokenMs }) => firstTokenMs ?? [])),
    chunks: delaysMs.length,
    chunkMs: percentilesOf(delaysMs),
    late: delaysMs.filter((delayMs) => delayMs > lateMs).length,
    merged: good.reduce((sum, { chunks }) => sum + (chunks?.merged ?? 0), 0),
    lost: good.reduce((sum, { chunks }) => sum + (chunks?.lost ?? 0), 0),
  };
}
