import type { StreamEvent, TokenLogprob } from '@switchyard/canonical';
import { z } from 'zod';

import type { EncodeAnswerOptions, JsonObject, StreamEncoder } from '../dialect.js';
import { ownFields } from '../extensions/extensions.js';
import { encodeId } from '../openai-chat/encode-response.js';
import { withFields } from '../extensions/merge-fields.js';
import { createNotingEncoder, type BareStreamEncoder } from '../losses/noting-encoder.js';
import { countCodePoints } from '../text/code-points.js';
import { COMPLETION_ANSWERS } from './answer-limits.js';
import { encodeStreamError } from './encode-error.js';
import { encodeFinish } from './finish.js';
import { encodeLogprobs } from './logprobs.js';
import { encodeUsage } from './usage.js';

const encoderState = z.object({
  phase: z.enum(['waiting', 'open', 'ended']),
  /** The fields that every chunk begins with, as JSON without its closing brace. */
  head: z.string(),
  /** By choice: how many code points of text were told, once there are probabilities of tokens to place. */
  lengths: z.record(z.string(), z.number()),
  /** The usage chunk's field, as JSON. */
  usage: z.string().optional(),
});

type EncoderState = z.infer<typeof encoderState>;

type TextDelta = Extract<StreamEvent, { type: 'text-delta' | 'refusal-delta' }>;

interface ChunkChoice {
  readonly text: string;
  readonly index: number;
  readonly finishReason: string | null;
  readonly logprobs?: JsonObject | null | undefined;
}

export function createStreamEncoder(options: EncodeAnswerOptions, state?: unknown): StreamEncoder {
  return createNotingEncoder(COMPLETION_ANSWERS, (own) => new CompletionEncoder(options, own), state);
}

/**
 * Writes `text_completion` chunks: an empty one to begin with, pieces of text, a last chunk for each choice with its reason, the usage chunk for
 * clients that asked for it, and `[DONE]`. Reasoning and tool calls have no place here. After an error nothing follows.
 */
class CompletionEncoder implements BareStreamEncoder {
  readonly state: EncoderState;
  readonly #options: EncodeAnswerOptions;

  constructor(options: EncodeAnswerOptions, state: unknown) {
    this.#options = options;
    this.state = state === undefined ? { phase: 'waiting', head: '', lengths: {} } : encoderState.parse(state);
  }

  next(event: StreamEvent): string {
    if (this.state.phase === 'ended') return '';
    switch (event.type) {
      case 'start':
        return this.#start(event);
      case 'text-delta':
      case 'refusal-delta':
        return event.logprobs === undefined
          ? this.#chunk({ text: event.text, index: event.choice, finishReason: null })
          : this.#tokens(event, event.logprobs);
      case 'finish':
        return this.#chunk({ text: '', index: event.choice, finishReason: encodeFinish(event.finish.reason) });
      case 'usage':
        this.state.usage = JSON.stringify(encodeUsage(event.usage));
        return '';
      case 'error':
        this.state.phase = 'ended';
        return encodeStreamError(event.error);
      case 'end':
        return this.#end();
      default:
        return '';
    }
  }

  #start(event: Extract<StreamEvent, { type: 'start' }>): string {
    const created = event.createdAt ?? this.#options.nowSeconds;
    const fields = {
      id: encodeId(event.id, created),
      object: 'text_completion',
      created,
      model: this.#options.model,
    };
    this.state.phase = 'open';
    this.state.head = JSON.stringify(withFields(fields, ownFields('openai-chat', event.extensions))).slice(0, -1);
    return this.#chunk({ text: '', index: 0, finishReason: null });
  }

  #tokens({ choice, text }: TextDelta, tokens: readonly TokenLogprob[]): string {
    const before = this.state.lengths[choice] ?? 0;
    this.state.lengths[choice] = before + countCodePoints(text);
    return this.#chunk({ text, index: choice, finishReason: null, logprobs: encodeLogprobs(tokens, before) });
  }

  #chunk({ text, index, finishReason, logprobs = null }: ChunkChoice): string {
    const fields = JSON.stringify({ text, index, logprobs, finish_reason: finishReason });
    return `data: ${this.state.head},"choices":[${fields}]}\n\n`;
  }

  #end(): string {
    const { usage, head } = this.state;
    this.state.phase = 'ended';
    const told = this.#options.includeUsage && usage ? `data: ${head},"choices":[],"usage":${usage}}\n\n` : '';
    return `${told}data: [DONE]\n\n`;
  }
}
