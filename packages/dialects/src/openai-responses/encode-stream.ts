import type { StreamEvent } from '@switchyard/canonical';

import type { EncodeAnswerOptions, JsonObject, StreamEncoder } from '../dialect.js';
import { createNotingEncoder, type BareStreamEncoder } from '../losses/noting-encoder.js';
import { RESPONSE_ANSWERS } from './answer-limits.js';
import { PieceWriter } from './piece-writer.js';
import { ResponseWriter } from './response-writer.js';

export function createStreamEncoder(options: EncodeAnswerOptions, state?: unknown): StreamEncoder {
  return createNotingEncoder(RESPONSE_ANSWERS, (own) => new ResponseStreamEncoder(options, own), state);
}

/** Writes the events of a response, each named by its type and numbered from 0. */
class ResponseStreamEncoder implements BareStreamEncoder {
  readonly #writer: ResponseWriter;
  readonly #pieces: PieceWriter;

  constructor(options: EncodeAnswerOptions, state: unknown) {
    this.#writer = new ResponseWriter(options, state);
    this.#pieces = new PieceWriter(this.#writer.state);
  }

  get state(): unknown {
    return this.#writer.state;
  }

  next(event: StreamEvent): string {
    const piece = this.#pieces.write(event);
    if (piece !== undefined) return piece;
    let text = '';
    for (const told of this.#writer.take(event)) text += frame(told);
    return text;
  }
}

function frame(event: JsonObject): string {
  return `event: ${String(event['type'])}\ndata: ${JSON.stringify(event)}\n\n`;
}
