import type { CanonicalResponse, Choice } from '@switchyard/canonical';

import type { EncodeAnswerOptions, JsonObject, WithWarnings } from '../dialect.js';
import { ownFields } from '../extensions/extensions.js';
import { encodeId } from '../openai-chat/encode-response.js';
import { LossLog } from '../openai-chat/loss-log.js';
import { withFields } from '../openai-chat/merge-fields.js';
import { encodeFinish } from './finish.js';
import { encodeUsage } from './usage.js';

/** A whole answer as a `text_completion`. */
export function encodeResponse(response: CanonicalResponse, options: EncodeAnswerOptions): WithWarnings<JsonObject> {
  const log = new LossLog('openai-completions');
  log.foreignFields(response.extensions, '');
  const created = response.createdAt ?? options.nowSeconds;
  const fields = {
    id: encodeId(response.id, created),
    object: 'text_completion',
    created,
    model: options.model,
    choices: response.choices.map((choice, index) => encodeChoice(choice, index, log)),
    ...(response.usage && { usage: encodeUsage(response.usage) }),
  };
  return { value: withFields(fields, ownFields('openai-chat', response.extensions)), warnings: log.warnings };
}

function encodeChoice(choice: Choice, index: number, log: LossLog): JsonObject {
  const texts = choice.content.flatMap((block, place) => {
    if (block.type === 'text' || block.type === 'refusal') return [block.text];
    log.dropped(`choices[${index}].content[${place}]`, `openai-completions has no place for a ${block.type} block`);
    return [];
  });
  return { text: texts.join(''), index, logprobs: null, finish_reason: encodeFinish(choice.finish.reason) };
}
