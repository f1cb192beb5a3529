import type { StreamEvent } from '@switchyard/canonical';

import type { EncodeAnswerOptions, StreamEncoder } from '../dialect.js';
import { createNotingEncoder, type BareStreamEncoder } from '../losses/noting-encoder.js';
import { RESPONSE_ANSWERS } from './answer-limits.js';
import { FrameWriter } from './frame-writer.js';
import { PieceWriter } from './piece-writer.js';
import { ResponseWriter } from './response-writer.js';
import { WrittenTexts } from './written-texts.js';

export function createStreamEncoder(options: EncodeAnswerOptions, state?: unknown): StreamEncoder {
  return createNotingEncoder(RESPONSE_ANSWERS, (own) => new ResponseStreamEncoder(options, own), state);
}

/** Writes the events of a response, each named by its type and numbered from 0. */
class ResponseStreamEncoder implements BareStreamEncoder {
  readonly #writer: ResponseWriter;
  readonly #pieces: PieceWriter;
  readonly #frames: FrameWriter;

  constructor(options: EncodeAnswerOptions, state: unknown) {
    this.#writer = new ResponseWriter(options, state);
    const texts = new WrittenTexts();
    this.#pieces = new PieceWriter(this.#writer.state, texts);
    this.#frames = new FrameWriter(texts);
  }

  get state(): unknown {
    return this.#writer.state;
  }

  next(event: StreamEvent): string {
    const piece = this.#pieces.write(event);
    if (piece !== undefined) return piece;
    let text = '';
    for (const told of this.#writer.take(event)) text += this.#frames.write(told);
    return text;
  }
}
