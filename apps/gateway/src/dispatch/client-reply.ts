import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

import type { AttemptHead, AttemptOpen, AttemptReply } from '@switchyard/wire';

import { Keepalive } from './keepalive.js';

export interface ClientReplyOptions {
  readonly response: ServerResponse;
  /** How the client wants a stream's events, where it is not as server-sent events. */
  readonly framing: AttemptOpen['framing'];
  /** Silence in a stream after which a comment is written, in milliseconds; 0 is off. */
  readonly keepaliveMs: number;
  /** Headers of ours for a committed attempt. */
  headersFor(head: AttemptHead): Readonly<Record<string, string>>;
}

/** Writes an attempt's answer to the client. Until `head` is called the client has seen nothing. */
export class ClientReply implements AttemptReply {
  committed = false;
  bytesWritten = 0;
  /** How events are told apart, in an answer of events: in such a one an error can still be told. */
  framing: 'sse' | 'json-array' | undefined;
  private readonly response: ServerResponse;
  private readonly keepalive: Keepalive;

  constructor(private readonly options: ClientReplyOptions) {
    this.response = options.response;
    this.keepalive = new Keepalive(options.response, options.keepaliveMs);
  }

  head(head: AttemptHead): void {
    this.committed = true;
    const isSse = head.headers['content-type']?.startsWith('text/event-stream') === true;
    this.framing = isSse ? 'sse' : this.options.framing;
    this.response.writeHead(head.status, { ...head.headers, ...this.options.headersFor(head) });
  }

  data(chunk: Buffer): Promise<void> | undefined {
    this.bytesWritten += chunk.length;
    if (this.response.destroyed) return undefined;
    const hasRoom = this.response.write(chunk);
    if (this.framing === 'sse') this.keepalive.wrote(chunk);
    return hasRoom ? undefined : drained(this.response);
  }

  /** Ends an answer that is complete. */
  end(): void {
    this.keepalive.stop();
    this.response.end();
  }

  /**
   * Ends an answer whose attempt can no longer end it. A stream gets the in-band `error`; a whole answer that was cut
   * short can only be cut, so that no client takes it for complete.
   */
  cutShort(error: string | undefined): void {
    this.keepalive.stop();
    if (error === undefined) this.response.destroy();
    else this.response.end(error);
  }

  /** Nothing more is written; for an answer whose client has gone. */
  abandon(): void {
    this.keepalive.stop();
  }
}

/** Waits until the client has read enough, or is gone; a client that reads nothing meets the request's total deadline. */
async function drained(response: ServerResponse): Promise<void> {
  const over = new AbortController();
  try {
    await Promise.race([
      once(response, 'drain', { signal: over.signal }),
      once(response, 'close', { signal: over.signal }),
    ]);
  } finally {
    over.abort();
  }
}
