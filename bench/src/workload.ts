/** How requests follow each other. */
export type Pace =
  /** So many at a time, the next as soon as one is answered. */
  | { readonly type: 'closed'; readonly concurrency: number }
  /** So many a second, whatever the answers do. */
  | { readonly type: 'rate'; readonly perSecond: number };

/** What is asked of every subject. */
export interface Workload {
  readonly name: string;
  readonly title: string;
  readonly stream: boolean;
  readonly pace: Pace;
}

/** The model that every subject routes to the mock upstream. */
export const MODEL = 'bench-model';

/** How the mock upstream streams: short events, as a provider sends them, one every few milliseconds. */
export const STREAM = { chunks: 100, intervalMs: 10 };

export const WORKLOADS: readonly Workload[] = [
  {
    name: 'json-closed',
    title: '2 KB in, 1 KB out, 16 at a time',
    stream: false,
    pace: { type: 'closed', concurrency: 16 },
  },
  {
    name: 'json-rate',
    title: '2 KB in, 1 KB out, 100 a second',
    stream: false,
    pace: { type: 'rate', perSecond: 100 },
  },
  {
    name: 'sse',
    title: `2 KB in, ${STREAM.chunks} events ${STREAM.intervalMs} ms apart, 32 streams at a time`,
    stream: true,
    pace: { type: 'closed', concurrency: 32 },
  },
];

/** A request of about 2 KB: a system prompt and a short conversation. */
export function requestBody(stream: boolean): string {
  const filler = 'The quick brown fox jumps over the lazy dog, and nobody has ever asked the dog about it. ';
  return JSON.stringify({
    model: MODEL,
    messages: [
      { role: 'system', content: filler.repeat(12) },
      { role: 'user', content: filler.repeat(5) },
      { role: 'assistant', content: 'Nobody, indeed.' },
      { role: 'user', content: filler.repeat(4) },
    ],
    temperature: 0.7,
    max_tokens: 256,
    stream,
  });
}
