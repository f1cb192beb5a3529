import type { Pace } from '../workload.js';

/** What the load process is to do, as JSON in its first argument. */
export interface LoadJob {
  readonly url: string;
  readonly key: string;
  readonly stream: boolean;
  readonly pace: Pace;
  readonly durationMs: number;
}

/** What it saw, as JSON on its standard output. Times in milliseconds. */
export interface LoadResult {
  readonly requests: number;
  /** Content events of complete streams. */
  readonly chunks: number;
  readonly errors: number;
  /** The first error, for the report. */
  readonly firstError: string | undefined;
  readonly elapsedMs: number;
  /** From sending a request to the end of its answer, or to its first event for a stream. */
  readonly latencyP50Ms: number;
  readonly latencyP99Ms: number;
}
