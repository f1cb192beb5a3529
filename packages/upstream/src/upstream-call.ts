/** Waits of one call, in milliseconds. Zero or less is no limit. */
export interface UpstreamDeadlines {
  /** Until the request is on a connected socket, waiting for a free one included. */
  readonly connectMs: number;
  /** From then until the answer's headers. */
  readonly headersMs: number;
  /** Between two chunks of the answer's body, while the reader is waiting for one. */
  readonly idleMs: number;
}

/** One call to a provider. */
export interface UpstreamRequest {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent before the others, which have no name of these: one object that many calls have, so that it is written out once. */
  readonly sharedHeaders?: Readonly<Record<string, string>> | undefined;
  readonly body?: Buffer | undefined;
  readonly deadlines: UpstreamDeadlines;
  /** `http:`, `https:` or `socks5:`, with credentials if any; `direct` or `none` is the same as undefined. */
  readonly proxyUrl?: string | undefined;
}

/** What ends a call before its time: an AbortSignal will do. */
export interface CallSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: { handleEvent(): void }): void;
  removeEventListener(type: 'abort', listener: { handleEvent(): void }): void;
}

/**
 * Read it to the end or leave its loop early, which closes the socket. While nobody reads, the socket is not read
 * either. Fails with a GatewayError.
 */
export interface AnswerStream extends AsyncIterableIterator<Buffer> {
  /**
   * All that is left of it, where it has come to its end already and has no more bytes than this: most short answers come in one
   * piece with their head. Undefined otherwise, and nothing was taken.
   */
  takeWhole?(limitBytes: number): Buffer | undefined;
}

/** What came back, its body still to be read. */
export interface UpstreamResponse {
  readonly status: number;
  /** Lower-case names; several values of one name joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AnswerStream;
}
