import { writeHead, type BodyFraming, type HeaderFields } from './write-head.js';

/** What an answer is written to: one connection, for as long as the answer takes. */
export interface AnswerSink {
  /** What is said about the connection in a head that is written now. */
  connectionHeaders(): string;
  /** Whether more should wait until `whenDrained`. */
  readonly isBehind: boolean;
  /** Adds to what is written next; texts are Latin-1. */
  queue(bytes: Buffer | string): void;
  /** Writes a head and all of its body now. */
  writeWhole(head: string, body: Buffer): void;
  /** Writes what is queued now. */
  flush(): void;
  /** Writes what is queued with all else of this turn of the event loop. */
  flushSoon(): void;
  /** Resolves when the client has read enough, or is gone. */
  whenDrained(): Promise<void>;
  /** The answer is over; `isCut`: in a way in which nobody may take it for complete. */
  answered(options: { readonly isCut: boolean }): void;
}

/** The way back to the client of one request. */
export class FrontAnswer {
  status = 200;
  headersSent = false;
  /** The client has gone, or the answer is over: nothing is written any more. */
  isGone = false;
  /** Is called when the client goes before its answer is over. */
  onGone: (() => void) | undefined;
  readonly #sink: AnswerSink;
  /** Until the first byte of the body goes with it. */
  #head = '';
  #framing: BodyFraming = { type: 'none' };
  #left = 0;

  constructor(sink: AnswerSink) {
    this.#sink = sink;
  }

  /** The client is behind on reading. */
  get isBehind(): boolean {
    return this.#sink.isBehind;
  }

  /**
   * The head goes out with what follows it. Of a header that is in both, the one of `ours` is meant.
   *
   * @throws TypeError for a header that cannot be sent.
   */
  writeHead(status: number, headers: HeaderFields, ours?: HeaderFields): void {
    if (this.isGone || this.headersSent) return;
    const connection = this.#sink.connectionHeaders();
    const head = writeHead({ status, headers, ours, connection, nowMs: Date.now() });
    this.status = status;
    this.headersSent = true;
    this.#head = head.text;
    this.#framing = head.framing;
    this.#left = head.framing.type === 'length' ? head.framing.bytes : 0;
  }

  /** A promise where the client is behind on reading: it resolves when it is not any more, or gone. */
  write(bytes: Buffer | string): Promise<void> | undefined {
    if (this.isGone) return undefined;
    const body = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
    this.#writeBody(body);
    return this.#sink.isBehind ? this.#sink.whenDrained() : undefined;
  }

  /** Ends the answer. One that is shorter than its head says is cut. */
  end(last?: Buffer | string): void {
    if (this.isGone) return;
    if (last !== undefined) this.#writeBody(typeof last === 'string' ? Buffer.from(last) : last);
    if (this.#framing.type === 'chunked') this.#send('0\r\n\r\n');
    else if (this.#head !== '') this.#send('');
    this.#sink.flushSoon();
    this.#over(this.#left > 0);
  }

  /** Ends the connection, so that what was sent is not taken for complete. */
  cut(): void {
    if (!this.isGone) this.#over(true);
  }

  /** The connection has closed. */
  lose(): void {
    if (this.isGone) return;
    this.isGone = true;
    this.onGone?.();
  }

  #over(isCut: boolean): void {
    this.isGone = true;
    this.onGone = undefined;
    this.#sink.answered({ isCut });
  }

  #writeBody(body: Buffer): void {
    if (body.length === 0) return;
    switch (this.#framing.type) {
      case 'chunked':
        this.#send(`${body.length.toString(16)}\r\n`);
        this.#sink.queue(body);
        this.#sink.queue('\r\n');
        this.#sink.flushSoon();
        break;
      case 'length':
        this.#left -= body.length;
        // What is beyond the length would be read as the next answer.
        if (this.#left < 0) {
          this.cut();
          return;
        }
        this.#writeMeasured(body);
        break;
      case 'none':
        break;
    }
  }

  #writeMeasured(body: Buffer): void {
    const isLast = this.#left === 0;
    if (isLast && this.#head !== '') {
      this.#sink.writeWhole(this.#head, body);
      this.#head = '';
      return;
    }
    this.#send('');
    this.#sink.queue(body);
    if (isLast) this.#sink.flush();
    else this.#sink.flushSoon();
  }

  /** Queues a text, behind the head where that has not been sent. */
  #send(text: string): void {
    const out = this.#head === '' ? text : this.#head + text;
    this.#head = '';
    if (out !== '') this.#sink.queue(out);
  }
}
