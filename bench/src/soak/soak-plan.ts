import type { RequestName } from '../request-body.js';
import { FAULTS, type Fault } from '../upstream/faults.js';
import type { StreamShape } from '../workload.js';

/** Streams of half a second. */
export const SOAK_STREAM: StreamShape = { chunks: 50, intervalMs: 10 };

/** So many clients that each send requests of one kind, one after the other. */
export interface Lanes {
  readonly request: RequestName;
  readonly streams: boolean;
  readonly clients: number;
  /** Between an answer and the next request. */
  readonly pauseMs: number;
}

/** All kinds of load at once, and as much as leaves a small machine room to breathe. */
export const MIX: readonly Lanes[] = [
  { request: 'chat-2k', streams: false, clients: 24, pauseMs: 20 },
  { request: 'chat-100k', streams: false, clients: 4, pauseMs: 20 },
  { request: 'chat-stream', streams: true, clients: 12, pauseMs: 10 },
  { request: 'messages-stream', streams: true, clients: 12, pauseMs: 10 },
];

export const ABORT_SHARE = 0.05;
export const FAULT_SHARE = 0.05;

/** What is to become of one request. */
export interface SoakPlan {
  readonly fault?: Fault | undefined;
  /** The client goes so long after it has sent its request. */
  readonly abortAfterMs?: number | undefined;
}

// Most answers take longer to begin.
const BEFORE_HEAD_MS = 2;
const WHOLE_MS = 10;

/** Draws what becomes of the next request. `random` gives numbers from 0 up to 1. */
export function planRequest({ streams }: Pick<Lanes, 'streams'>, random: () => number): SoakPlan {
  const fault = random() < FAULT_SHARE ? FAULTS[Math.floor(random() * FAULTS.length)] : undefined;
  if (random() >= ABORT_SHARE) return { fault };
  const wholeMs = streams ? SOAK_STREAM.chunks * SOAK_STREAM.intervalMs : WHOLE_MS;
  // Half of them go before the head, the others at any moment of the answer.
  const withinMs = random() < 0.5 ? BEFORE_HEAD_MS : wholeMs;
  return { fault, abortAfterMs: random() * withinMs };
}
