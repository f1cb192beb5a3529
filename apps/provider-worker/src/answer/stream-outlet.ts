import { GatewayError, type GatewayErrorData } from '@switchyard/canonical';

import { answerHeaders } from './answer-headers.js';
import type { AnswerContext } from './answer-context.js';
import { JsonArrayEvents } from './json-array-events.js';

/** An upstream that sends more than this before any content is not answering. */
const HELD_LIMIT_BYTES = 1024 * 1024;

const EVENT_STREAM = 'text/event-stream; charset=utf-8';
const JSON_ARRAY = 'application/json; charset=utf-8';

/** Holds an answer's bytes back until the first content, so that a failure before it can still go to another candidate. */
export class StreamOutlet {
  readonly #context: AnswerContext;
  readonly #upstreamHeaders: Readonly<Record<string, string>>;
  readonly #array: JsonArrayEvents | undefined;
  #held: Buffer[] = [];
  #heldBytes = 0;
  #committed = false;

  constructor(context: AnswerContext, upstreamHeaders: Readonly<Record<string, string>>) {
    this.#context = context;
    this.#upstreamHeaders = upstreamHeaders;
    this.#array =
      context.open.framing === 'json-array'
        ? new JsonArrayEvents({ isBegun: context.resumed !== undefined })
        : undefined;
  }

  get committed(): boolean {
    return this.#committed;
  }

  /** Hands bytes on, or keeps them while no content has come. The promise is to wait for, where the reader is behind. */
  write(bytes: readonly Buffer[], content: boolean): Promise<void> | undefined {
    if (this.#committed) return this.#send(bytes);
    // Content may still be held back by whoever reads the stream.
    if (content && bytes.length > 0) return this.#commit(bytes);
    this.#held.push(...bytes);
    for (const piece of bytes) this.#heldBytes += piece.length;
    if (this.#heldBytes > HELD_LIMIT_BYTES) {
      const message = `the upstream sent ${this.#heldBytes} bytes of stream without any content in it`;
      throw new GatewayError('upstream_malformed', message);
    }
    return undefined;
  }

  /** Hands on what was held back, of a stream that has no content and is complete. */
  async release(): Promise<void> {
    await this.#commit([]);
  }

  /** Ends a stream that is complete. */
  async end(): Promise<void> {
    if (this.#committed && this.#array !== undefined) await this.#hand(this.#array.end());
  }

  /** Ends a stream the client has seen a part of with an error it understands. */
  fail(error: GatewayErrorData): void {
    if (!this.#committed) return;
    const { client, open, reply } = this.#context;
    const frame = [Buffer.from(client.encodeStreamError(error, open.requestId))];
    const bytes = this.#array === undefined ? frame : [...this.#array.next(frame), ...this.#array.end()];
    // Nothing follows, so nobody needs to wait; and a reader that is gone needs no error.
    reply.data(Buffer.concat(bytes))?.catch(() => {});
  }

  #commit(bytes: readonly Buffer[]): Promise<void> | undefined {
    const { report, deadlines } = this.#context;
    deadlines.contentCame();
    report.contentCame();
    // A stream that is gone on with has its head.
    if (this.#context.resumed === undefined) this.#sendHead();
    this.#committed = true;
    const first = [...this.#held, ...bytes];
    this.#held = [];
    return this.#send(first);
  }

  #sendHead(): void {
    const { reply, report, target, client, upstream } = this.#context;
    const own = this.#upstreamHeaders['content-type'];
    const streamType = client.id === upstream.id && own?.startsWith('text/event-stream') ? own : EVENT_STREAM;
    const headers = answerHeaders({
      upstream: this.#upstreamHeaders,
      passthrough: target.passthroughHeaders,
      contentType: this.#array === undefined ? streamType : JSON_ARRAY,
      dropped: report.dropped,
    });
    reply.head({ status: 200, headers, waitedMs: report.waitedMs });
  }

  #send(bytes: readonly Buffer[]): Promise<void> | undefined {
    return this.#hand(this.#array?.next(bytes) ?? bytes);
  }

  #hand(bytes: readonly Buffer[]): Promise<void> | undefined {
    const [first] = bytes;
    if (first === undefined) return undefined;
    const behind = this.#context.reply.data(bytes.length === 1 ? first : Buffer.concat(bytes));
    return behind && this.#context.deadlines.wait(behind);
  }
}
