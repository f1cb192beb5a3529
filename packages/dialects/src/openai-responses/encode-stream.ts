import type { StreamEvent } from '@switchyard/canonical';

import type { EncodeAnswerOptions, JsonObject, StreamEncoder } from '../dialect.js';
import { encodeSse } from '../sse/encode-sse.js';
import { createNotingEncoder, type BareStreamEncoder } from '../losses/noting-encoder.js';
import { RESPONSE_ANSWERS } from './answer-limits.js';
import { ResponseWriter } from './response-writer.js';

export function createStreamEncoder(options: EncodeAnswerOptions, state?: unknown): StreamEncoder {
  return createNotingEncoder(RESPONSE_ANSWERS, (own) => new ResponseStreamEncoder(options, own), state);
}

/** Writes the events of a response, each named by its type and numbered from 0. */
class ResponseStreamEncoder implements BareStreamEncoder {
  readonly #writer: ResponseWriter;

  constructor(options: EncodeAnswerOptions, state: unknown) {
    this.#writer = new ResponseWriter(options, state);
  }

  get state(): unknown {
    return this.#writer.state;
  }

  next(event: StreamEvent): string {
    return this.#writer.take(event).map(frame).join('');
  }
}

function frame(event: JsonObject): string {
  return encodeSse({ event: String(event['type']), data: JSON.stringify(event) });
}
