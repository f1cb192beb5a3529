import type { RequestName } from './request-body.js';

/** How requests follow each other. */
export type Pace =
  /** So many at a time, the next as soon as one is answered. */
  | { readonly type: 'closed'; readonly concurrency: number }
  /** So many a second, whatever the answers do. */
  | { readonly type: 'rate'; readonly perSecond: number };

export type WorkloadName = '2k' | '100k' | 'chunk' | 'chunk-translated';

/** What is asked of every subject. */
export interface Workload {
  readonly name: WorkloadName;
  readonly title: string;
  /** What the CPU is counted for. */
  readonly unit: 'request' | 'chunk';
  readonly request: RequestName;
  /** What a subject is asked that only forwards; without it, the same. */
  readonly untranslated?: RequestName;
  readonly concurrency: number;
  /** What every subject gets before anything counts, and in a quick run. */
  readonly warmUp: WarmUp;
  readonly quickWarmUp: WarmUp;
}

/** So many requests, or as many as fit into the time. */
export interface WarmUp {
  readonly requests: number;
  readonly withinMs: number;
  /** Instead of as many at a time as count later. */
  readonly concurrency?: number;
}

/** The model that every subject routes to the mock upstream. */
export const MODEL = 'bench-model';

/** How the mock upstream streams: short events, as a provider sends them. */
export interface StreamShape {
  /** Events with text. */
  readonly chunks: number;
  /** Between two of them; 0: as fast as they are taken. */
  readonly intervalMs: number;
  /** Bytes of text added to each. */
  readonly padding?: number;
}

export const STREAM: StreamShape = { chunks: 100, intervalMs: 10 };

const STREAMS = 32;
const STREAM_TITLE = `${STREAM.chunks} chunks ${STREAM.intervalMs} ms apart, ${STREAMS} streams at a time`;

// V8 compiles each function of a path up to three times, and has settled after some 80,000 requests: of the CPU of a gateway with
// policies compilers took a third after 10,000, 15 % after 60,000 and 1 % after 100,000. Streams take their own functions beside those:
// an event cost split with policies 2.9 times the floor's within the first 10,000, 2.5 within the next, and from 30,000 on 2.1.
const WARM_UP: WarmUp = { requests: 80_000, withinMs: 20_000 };
const LARGE_WARM_UP: WarmUp = { requests: 5_000, withinMs: 5_000 };
const STREAM_WARM_UP: WarmUp = { requests: 400, withinMs: 8_000, concurrency: 3 * STREAMS };
const QUICK: WarmUp = { requests: 3_000, withinMs: 1_000 };
const LARGE_QUICK: WarmUp = { requests: 300, withinMs: 300 };
const STREAM_QUICK: WarmUp = { requests: STREAMS, withinMs: 1_000 };

export const WORKLOADS: readonly Workload[] = [
  {
    name: '2k',
    title: '2 KB in, 1 KB out, 16 at a time',
    unit: 'request',
    request: 'chat-2k',
    concurrency: 16,
    warmUp: WARM_UP,
    quickWarmUp: QUICK,
  },
  {
    name: '100k',
    title: '100 KB in, 1 KB out, 8 at a time',
    unit: 'request',
    request: 'chat-100k',
    concurrency: 8,
    warmUp: LARGE_WARM_UP,
    quickWarmUp: LARGE_QUICK,
  },
  {
    name: 'chunk',
    title: `passed through: ${STREAM_TITLE}`,
    unit: 'chunk',
    request: 'chat-stream',
    concurrency: STREAMS,
    warmUp: STREAM_WARM_UP,
    quickWarmUp: STREAM_QUICK,
  },
  {
    name: 'chunk-translated',
    title: `anthropic-messages from openai-chat: ${STREAM_TITLE}`,
    unit: 'chunk',
    request: 'messages-stream',
    untranslated: 'chat-stream',
    concurrency: STREAMS,
    warmUp: STREAM_WARM_UP,
    quickWarmUp: STREAM_QUICK,
  },
];

/** The requests of 2 KB alone. */
export const SMALL_WORKLOAD: readonly Workload[] = WORKLOADS.filter(({ name }) => name === '2k');
