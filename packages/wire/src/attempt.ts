import type { DialectId, Finish, GatewayErrorData, Operation, Usage } from '@switchyard/canonical';

/** Waits, in milliseconds, each from its own start: `total` and `firstContent` from the attempt's. */
export interface AttemptDeadlines {
  readonly connectMs: number;
  readonly headersMs: number;
  readonly firstContentMs: number;
  readonly idleMs: number;
  readonly totalMs: number;
}

/** One attempt, as the gateway decided it. The body follows as raw bytes, exactly as the client sent them. */
export interface AttemptOpen {
  readonly requestId: string;
  /** 1 for the first attempt of a request. */
  readonly ordinal: number;
  readonly traceparent?: string | undefined;
  readonly tracestate?: string | undefined;
  /** The dialect the client speaks. */
  readonly dialect: DialectId;
  readonly operation: Operation;
  readonly stream: boolean;
  /** How a stream's events reach the client; server-sent events unless it says otherwise. */
  readonly framing?: 'json-array' | undefined;
  readonly provider: string;
  readonly credentialId: string;
  /** The upstream's name for the model. */
  readonly model: string;
  /** The name the client used, without its thinking suffix. */
  readonly requestedModel: string;
  /** What stood in the parentheses of `model(high)`. */
  readonly thinking?: string | undefined;
  /** 400 instead of a silent loss in translation. */
  readonly strict: boolean;
  readonly deadlines: AttemptDeadlines;
  /** Client headers that a provider may understand (`anthropic-beta`, `content-type` and the like), lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The commit: sent with the first content, and only then. */
export interface AttemptHead {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds this attempt has waited for the upstream so far; the rest of the time until now is ours. */
  readonly waitedMs?: number | undefined;
}

/** Times since the attempt began in the worker, in milliseconds. */
export interface AttemptTimings {
  /** Until the request was handed to the upstream socket: translation and credential work. */
  readonly preparedMs: number;
  readonly headersMs?: number | undefined;
  readonly firstContentMs?: number | undefined;
  readonly totalMs: number;
}

/** A failed attempt, attributed. */
export interface AttemptError extends GatewayErrorData {
  /**
   * The answer for the client in its dialect, for when no other candidate helps. Where client and upstream share a
   * dialect and the client may see it, the upstream's own bytes.
   */
  readonly answer?:
    | { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string }
    | undefined;
}

/** How an attempt ended. The last thing a worker says of it, always. */
export interface AttemptEnd {
  readonly outcome: 'success' | 'error' | 'cancelled';
  /**
   * For `error`. If the head was already sent, the worker has also sent the client dialect's in-band error as data.
   */
  readonly error?: AttemptError | undefined;
  readonly upstreamStatus?: number | undefined;
  readonly usage?: Usage | undefined;
  readonly finish?: Finish | undefined;
  /** The model the upstream says it answered with. */
  readonly answeredModel?: string | undefined;
  /**
   * Fields that did not survive translation: those of the client's request in its own words, and those of the upstream's
   * answer in the upstream's, with `response.` before them.
   */
  readonly dropped: readonly string[];
  readonly timings: AttemptTimings;
}

/** Where a worker writes an attempt's answer. */
export interface AttemptReply {
  /** Commits the attempt. Called at most once, before any data. */
  head(head: AttemptHead): void;
  /** Hands over bytes. A promise means the reader is behind: wait for it before writing more. It rejects when the attempt is over. */
  data(chunk: Buffer): Promise<void> | undefined;
}

/**
 * Performs one attempt. It never rejects: whatever happens is in the returned end. When `signal` aborts, the upstream
 * call is torn down at once and the end says `cancelled`.
 */
export type AttemptHandler = (
  open: AttemptOpen,
  body: Buffer,
  reply: AttemptReply,
  signal: AbortSignal,
) => Promise<AttemptEnd>;

/** What the gateway dispatches with: framed TCP in the split shape, the handler itself in standalone. */
export interface AttemptTransport {
  /** Same contract as the handler; a lost or missing worker is an `error` end with `worker_lost` or `no_worker`. */
  readonly attempt: AttemptHandler;
  /** How many workers could take an attempt now. */
  availableWorkers(): number;
  close(): Promise<void>;
}

/** An end for an attempt that failed before any worker could time it. */
export function failedEnd(error: AttemptError): AttemptEnd {
  return { outcome: 'error', error, dropped: [], timings: { preparedMs: 0, totalMs: 0 } };
}

/** An end for an attempt that was cancelled before any worker could time it. */
export const CANCELLED_END: AttemptEnd = { outcome: 'cancelled', dropped: [], timings: { preparedMs: 0, totalMs: 0 } };
