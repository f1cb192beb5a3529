import type { RequestName } from '../request-body.js';
import type { Pace, StreamShape } from '../workload.js';

/** What the load generator is to do. */
export interface LoadJob {
  readonly url: string;
  readonly request: RequestName;
  /** Sent in turn. */
  readonly keys: readonly string[];
  /** Asked for in turn. */
  readonly models: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  /** How the upstream streams, where the request is for a stream. */
  readonly stream?: StreamShape | undefined;
  readonly pace: Pace;
  /** The first requests of a closed loop are spread over so long; without it, over the time between two chunks. */
  readonly staggerMs?: number;
  /** No request is begun later. Each of a closed loop's first ones is. */
  readonly durationMs: number;
  /** No more than so many are begun; without it, as many as fit. */
  readonly maxRequests?: number | undefined;
}

/** What it saw. Times in milliseconds; an absent one is of something that did not happen. */
export interface LoadResult {
  readonly requests: number;
  readonly errors: number;
  /** The first error, for the report. */
  readonly firstError?: string | undefined;
  readonly elapsedMs: number;
  /** From sending a request to the end of its answer. */
  readonly answerMs: Percentiles;
  /** From sending a request to the first text of its stream. */
  readonly firstTokenMs: Percentiles;
  readonly chunks: number;
  /** From the moment the upstream sends a chunk to the moment it is read here. */
  readonly chunkMs: Percentiles;
  /** Chunks that took longer than the time between two of them. */
  readonly late: number;
  /** Chunks that came in one read with the one before. */
  readonly merged: number;
  /** Chunks that are missing or out of their order. */
  readonly lost: number;
}

export interface Percentiles {
  readonly p50?: number | undefined;
  readonly p99?: number | undefined;
  readonly max?: number | undefined;
}
