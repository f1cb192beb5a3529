import type { CanonicalResponse, Choice } from '@switchyard/canonical';

import type { EncodeAnswerOptions, JsonObject, WithWarnings } from '../dialect.js';
import { ownFields } from '../extensions/extensions.js';
import { encodeId } from '../openai-chat/encode-response.js';
import { withFields } from '../extensions/merge-fields.js';
import { lossesOfAnswer } from '../losses/answer-losses.js';
import { COMPLETION_ANSWERS } from './answer-limits.js';
import { encodeFinish } from './finish.js';
import { encodeLogprobs } from './logprobs.js';
import { encodeUsage } from './usage.js';

/** A whole answer as a `text_completion`. */
export function encodeResponse(response: CanonicalResponse, options: EncodeAnswerOptions): WithWarnings<JsonObject> {
  const created = response.createdAt ?? options.nowSeconds;
  const fields = {
    id: encodeId(response.id, created),
    object: 'text_completion',
    created,
    model: options.model,
    choices: response.choices.map((choice, index) => encodeChoice(choice, index)),
    ...(response.usage && { usage: encodeUsage(response.usage) }),
  };
  return {
    value: withFields(fields, ownFields('openai-chat', response.extensions)),
    warnings: lossesOfAnswer(response, COMPLETION_ANSWERS),
  };
}

function encodeChoice(choice: Choice, index: number): JsonObject {
  const texts = choice.content.flatMap((block) => {
    return block.type === 'text' || block.type === 'refusal' ? [block.text] : [];
  });
  const logprobs = choice.content.flatMap((block) => {
    return block.type === 'text' || block.type === 'refusal' ? (block.logprobs ?? []) : [];
  });
  const told = logprobs.length > 0 ? encodeLogprobs(logprobs, 0) : null;
  return { text: texts.join(''), index, logprobs: told, finish_reason: encodeFinish(choice.finish.reason) };
}
