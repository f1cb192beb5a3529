import type { GatewayErrorData } from '@switchyard/canonical';
import { dialectById } from '@switchyard/dialects';
import type { AttemptError, AttemptHead } from '@switchyard/wire';

import type { ClientResponse } from '../accept/http-exchange.js';
import type { RequestContext } from '../accept/request-context.js';
import { answerError } from './answer-error.js';
import type { ClientAnswer, ClientReply, ReplyOptions } from './client-answer.js';
import { endsEvent, Keepalive, type Framing } from './keepalive.js';

/** Answers a request as HTTP does. */
export class HttpAnswer implements ClientAnswer {
  constructor(
    private readonly context: RequestContext,
    private readonly response: ClientResponse,
  ) {}

  get status(): number {
    return this.response.status;
  }

  createReply(options: ReplyOptions): HttpReply {
    return new HttpReply(this.context, this.response, options);
  }

  refuse(error: GatewayErrorData | AttemptError): void {
    // Something was sent and nobody can say how much of what: better cut than mistaken for complete.
    if (this.response.headersSent) this.response.cut();
    else answerError(this.response, { context: this.context, error });
  }
}

/** Writes an attempt's answer to an HTTP response. */
export class HttpReply implements ClientReply {
  committed = false;
  bytesWritten = 0;
  /** Of an answer of events: in such a one an error can still be told. */
  private framing: Framing | undefined;
  private last: Buffer | undefined;
  private readonly keepalive: Keepalive;

  constructor(
    private readonly context: RequestContext,
    private readonly response: ClientResponse,
    private readonly options: ReplyOptions,
  ) {
    this.keepalive = new Keepalive(response, options.keepaliveMs);
  }

  get tellsErrors(): boolean {
    return this.framing !== undefined;
  }

  head(head: AttemptHead): void {
    this.committed = true;
    const isSse = head.headers['content-type']?.startsWith('text/event-stream') === true;
    this.framing = isSse ? 'sse' : this.context.surface.framing;
    this.response.writeHead(head.status, head.headers, this.options.headersFor(head));
  }

  data(chunk: Buffer): Promise<void> | undefined {
    this.bytesWritten += chunk.length;
    const drained = this.response.write(chunk);
    if (this.framing !== undefined) {
      this.last = chunk;
      this.keepalive.wrote(chunk, this.framing);
    }
    return drained;
  }

  end(): void {
    this.keepalive.stop();
    this.response.end();
  }

  /** A stream gets the error in-band; a whole answer that was cut short can only be cut. */
  cutShort(error: GatewayErrorData): void {
    this.keepalive.stop();
    const dialect = dialectById(this.context.surface.dialect);
    switch (this.framing) {
      case 'sse':
        this.response.end(this.lineBreaks() + dialect.encodeStreamError(error, this.context.requestId));
        break;
      case 'json-array':
        // An attempt commits with an element, so this is never the first.
        this.response.end(`,\r\n${dialect.encodeError(error, this.context.requestId).body}]`);
        break;
      default:
        this.response.cut();
    }
  }

  abandon(): void {
    this.keepalive.stop();
  }

  /** What ends an event that was cut in its middle. */
  private lineBreaks(): string {
    return this.last === undefined || endsEvent(this.last) ? '' : '\n\n';
  }
}
