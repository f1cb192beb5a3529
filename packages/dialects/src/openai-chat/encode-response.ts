import type { CanonicalResponse, Choice } from '@switchyard/canonical';

import type { EncodeAnswerOptions, JsonObject, WithWarnings } from '../dialect.js';
import { ownFields } from '../extensions/extensions.js';
import { encodeAssistant } from './encode-assistant.js';
import { encodeFinish } from './finish.js';
import { LossLog } from './loss-log.js';
import { withFields } from './merge-fields.js';
import { encodeUsage } from './usage.js';

export function encodeResponse(response: CanonicalResponse, options: EncodeAnswerOptions): WithWarnings<JsonObject> {
  const log = new LossLog('openai-chat');
  log.foreignFields(response.extensions, '');
  const created = response.createdAt ?? options.nowSeconds;
  const fields = {
    id: encodeId(response.id, created),
    object: 'chat.completion',
    created,
    model: options.model,
    choices: response.choices.map((choice, index) => encodeChoice(choice, index, log)),
    ...(response.usage && { usage: encodeUsage(response.usage) }),
  };
  return { value: withFields(fields, ownFields('openai-chat', response.extensions)), warnings: log.warnings };
}

/** Clients rely on an id; an upstream without one gets the answer's time for its. */
export function encodeId(id: string, created: number): string {
  return id === '' ? `chatcmpl-${created}` : id;
}

function encodeChoice(choice: Choice, index: number, log: LossLog): JsonObject {
  const path = `choices[${index}]`;
  log.foreignFields(choice.extensions, path);
  if (choice.finish.stopSequence !== undefined) {
    log.dropped(`${path}.stop_sequence`, 'openai-chat does not say which stop sequence was hit');
  }
  const blocks = choice.content.map((block, place) => ({ block, path: `${path}.content[${place}]` }));
  const { role, content, refusal = null, ...rest } = encodeAssistant(blocks, log);
  const fields = {
    index,
    message: { role, content, refusal, ...rest },
    finish_reason: encodeFinish(choice.finish.reason),
  };
  return { logprobs: null, ...withFields(fields, ownFields('openai-chat', choice.extensions)) };
}
