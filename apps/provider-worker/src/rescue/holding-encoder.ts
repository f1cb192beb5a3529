import type { StreamEvent } from '@switchyard/canonical';
import type { StreamEncoder } from '@switchyard/dialects';

import type { SentEvents } from './sent-events.js';
import type { Splice } from './splice.js';

export interface HoldingEncoderOptions {
  /** Of the client's dialect. */
  readonly encoder: StreamEncoder;
  /** Undefined where nobody is to go on with the stream should it die. */
  readonly sent: SentEvents | undefined;
  /** Set where the stream goes on with one that died. */
  readonly splice: Splice | undefined;
}

/** An encoder whose stream can be gone on with, or goes on with another: it writes an event when that may go out. */
export class HoldingEncoder implements StreamEncoder {
  readonly #encoder: StreamEncoder;
  readonly #sent: SentEvents | undefined;
  readonly #splice: Splice | undefined;
  #held: StreamEvent[] = [];

  constructor({ encoder, sent, splice }: HoldingEncoderOptions) {
    this.#encoder = encoder;
    this.#sent = sent;
    this.#splice = splice;
  }

  get state(): unknown {
    return this.#encoder.state;
  }

  get warnings() {
    return this.#encoder.warnings;
  }

  /** @throws GatewayError `rescue_diverged`. */
  next(event: StreamEvent): string {
    if (this.#splice === undefined) return this.#write(event);
    return this.#splice
      .next(event)
      .map((continued) => this.#write(continued))
      .join('');
  }

  #write(event: StreamEvent): string {
    if (this.#sent?.continues(event)) return this.#encoder.next(event);
    if (this.#sent !== undefined && !this.#sent.admits([event])) {
      this.#held.push(event);
      return '';
    }
    let text = '';
    for (const held of this.#held) text += this.#encoder.next(held);
    if (this.#held.length > 0) this.#held = [];
    return text + this.#encoder.next(event);
  }
}
