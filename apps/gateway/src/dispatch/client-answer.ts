import type { GatewayErrorData } from '@switchyard/canonical';
import type { AttemptError, AttemptHead, AttemptReply } from '@switchyard/wire';

export interface ReplyOptions {
  /** Silence in a stream of events after which something is written that says nothing, in milliseconds; 0 is off. */
  readonly keepaliveMs: number;
  /** Headers of ours for a committed attempt. */
  headersFor(head: AttemptHead): Readonly<Record<string, string>>;
}

/** What attempts write to. Until `head` is called the client has seen nothing. */
export interface ClientReply extends AttemptReply {
  readonly committed: boolean;
  readonly bytesWritten: number;
  /** Whether an attempt that ends its own stream has told the client of a failure, as an event of the stream. */
  readonly tellsErrors: boolean;
  /** Ends an answer that is complete. */
  end(): void;
  /** Ends an answer whose attempt can no longer end it, so that nobody takes it for complete. */
  cutShort(error: GatewayErrorData): void;
  /** Nothing more is written; for an answer whose client has gone. */
  abandon(): void;
}

/** The client's side of one request: an HTTP response, or a turn of a WebSocket. */
export interface ClientAnswer {
  /** The status the client saw. */
  readonly status: number;
  createReply(options: ReplyOptions): ClientReply;
  /** Answers with an error and nothing else; what has begun already is cut. */
  refuse(error: GatewayErrorData | AttemptError): void;
}
