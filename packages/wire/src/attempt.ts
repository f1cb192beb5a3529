import type {
  DialectId,
  ErrorScope,
  Finish,
  GatewayErrorData,
  Headroom,
  Operation,
  Usage,
} from '@switchyard/canonical';

import type { AttemptSignal } from './cancellation.js';

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
  /** Where in the body the model's name begins, its quote included: a hint, which the worker checks before it relies on it. */
  readonly modelAt?: number | undefined;
  /** What stood in the parentheses of `model(high)`. */
  readonly thinking?: string | undefined;
  /** The model's name that the answer bears; undefined: as the upstream says, or the requested one where it is translated. */
  readonly answerModel?: string | undefined;
  /** 400 instead of a silent loss in translation. */
  readonly strict: boolean;
  readonly deadlines: AttemptDeadlines;
  /** Client headers that a provider may understand (`anthropic-beta`, `content-type` and the like), lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** A stream that fails after content hands back its state, for another attempt to go on from, and tells the client nothing. */
  readonly rescuable?: boolean | undefined;
  /** This attempt goes on with a stream that another one began. It sends no head, and only what the client lacks. */
  readonly resume?: Resume | undefined;
}

/**
 * How a stream is gone on with: by giving the model the start of its answer to continue, or by asking again and skipping
 * what the client has already, once it proved to be the same.
 */
export interface Resume {
  readonly how: 'prefill' | 'replay';
  readonly state: RescueState;
}

/** What a worker hands back of a stream that died after content: the facts to decide by, and what only workers read. */
export interface RescueState {
  /** Whether a part of a tool call has reached the client. */
  readonly hasToolCalls: boolean;
  /** Whether the client asked for JSON. */
  readonly isStructured: boolean;
  /** Plain data. */
  readonly state: unknown;
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

export const ERROR_RULE_ACTIONS = ['stop', 'stop-and-cooldown', 'continue', 'continue-and-cooldown'] as const;

/** A failed attempt, attributed. */
export interface AttemptError extends GatewayErrorData {
  /** Whose doing it is, where the answer says more than the code does, such as a quota of the whole account. */
  readonly scope?: ErrorScope | undefined;
  /** What the operator's own rules say of this error: whether another candidate is tried, and whether this one cools. */
  readonly rule?: (typeof ERROR_RULE_ACTIONS)[number] | undefined;
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
   * For `error`. If the head was already sent and there is no `rescue`, the worker has also sent the client dialect's
   * in-band error as data.
   */
  readonly error?: AttemptError | undefined;
  readonly upstreamStatus?: number | undefined;
  readonly usage?: Usage | undefined;
  /** Whether `usage` is a worker's estimate: the stream died before the upstream said it, or all of it. */
  readonly isUsageEstimated?: boolean | undefined;
  readonly finish?: Finish | undefined;
  /** What the upstream's rate-limit headers say is left, whatever the outcome. */
  readonly headroom?: Headroom | undefined;
  /** The model the upstream says it answered with. */
  readonly answeredModel?: string | undefined;
  /**
   * Fields that did not survive translation: those of the client's request in its own words, and those of the upstream's
   * answer in the upstream's, with `response.` before them.
   */
  readonly dropped: readonly string[];
  readonly timings: AttemptTimings;
  /**
   * For an error after this attempt's content, where it was rescuable and the stream can be gone on with, or has tool
   * calls: nobody has told the client yet. A resumed attempt that fails before its first byte has told nothing either, and
   * hands nothing back: the state that it was given still holds.
   */
  readonly rescue?: RescueState | undefined;
}

/** Where a worker writes an attempt's answer. */
export interface AttemptReply {
  /** Commits the attempt. Called at most once, before any data; never for one that resumes a stream, which has its head. */
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
  signal: AttemptSignal,
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
