import type { StreamEvent } from '@switchyard/canonical';
import { z } from 'zod';

import type { StreamEncoder } from '../dialect.js';
import { AnswerLosses, type AnswerLimits } from './answer-losses.js';

/** An encoder as its dialect writes it, before losses are noted. */
export type BareStreamEncoder = Omit<StreamEncoder, 'warnings'>;

const notingState = z.object({ encoder: z.unknown(), losses: z.unknown() });

/** The encoder that `create` makes of its own state, with what it loses noted beside it. */
export function createNotingEncoder(
  limits: AnswerLimits,
  create: (state: unknown) => BareStreamEncoder,
  state?: unknown,
): StreamEncoder {
  const saved = state === undefined ? undefined : notingState.parse(state);
  return new NotingEncoder(create(saved?.encoder), new AnswerLosses(limits, saved?.losses));
}

class NotingEncoder implements StreamEncoder {
  readonly #encoder: BareStreamEncoder;
  readonly #losses: AnswerLosses;

  constructor(encoder: BareStreamEncoder, losses: AnswerLosses) {
    this.#encoder = encoder;
    this.#losses = losses;
  }

  get state(): unknown {
    return { encoder: this.#encoder.state, losses: this.#losses.state };
  }

  get warnings() {
    return this.#losses.state.warnings;
  }

  next(event: StreamEvent): string {
    this.#losses.take(event);
    return this.#encoder.next(event);
  }
}
