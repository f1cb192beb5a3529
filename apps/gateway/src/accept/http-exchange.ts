import type { IncomingHttpHeaders } from 'node:http';

import type { BodyLimits } from './read-body.js';

/** What is looked at of a client's request. */
export interface ClientRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly socket: { readonly remoteAddress?: string | undefined };
}

/** Headers of an answer, by lower-case name. */
export type HeaderFields = Readonly<Record<string, string>>;

/** What an answer over HTTP is written to. */
export interface ClientResponse {
  /** That of the head that was written. */
  readonly status: number;
  readonly headersSent: boolean;
  /** Nothing is written any more: the client has gone, or the answer is over. */
  readonly isGone: boolean;
  /** The client is behind on reading. */
  readonly isBehind: boolean;
  /** Is called when the client goes before its answer is over. */
  onGone: (() => void) | undefined;
  /** The head goes out with what follows it. Of a header that is in both, the one of `ours` is meant. */
  writeHead(status: number, headers: HeaderFields, ours?: HeaderFields): void;
  /** A promise where the client is behind on reading: it resolves when it is not any more, or gone. */
  write(bytes: Buffer | string): Promise<void> | undefined;
  end(last?: Buffer | string): void;
  /** Ends the connection, so that what was sent is not taken for complete. */
  cut(): void;
}

/** One request of a client over HTTP, and the way back. */
export interface HttpExchange {
  readonly request: ClientRequest;
  readonly response: ClientResponse;
  /**
   * The body, decompressed: at once where it is there already. To be called once.
   *
   * @throws GatewayError as `readBody` does.
   */
  readBody(limits: BodyLimits): Buffer | Promise<Buffer>;
}
