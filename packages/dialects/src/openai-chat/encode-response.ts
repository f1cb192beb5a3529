import type { CanonicalResponse, Choice, Tool } from '@switchyard/canonical';

import type { EncodeAnswerOptions, JsonObject, WithWarnings } from '../dialect.js';
import { ownFields } from '../extensions/extensions.js';
import { compact } from '../json/json-object.js';
import { lossesOfAnswer } from '../losses/answer-losses.js';
import { CHAT_ANSWERS } from './answer-limits.js';
import { annotationsOf } from './citations.js';
import { answeredCall } from './custom-calls.js';
import { encodeAssistant } from './encode-assistant.js';
import { encodeFinish } from './finish.js';
import { logprobsOf } from './logprobs.js';
import { LossLog } from '../losses/loss-log.js';
import { withFields } from '../extensions/merge-fields.js';
import { encodeUsage } from './usage.js';

export function encodeResponse(response: CanonicalResponse, options: EncodeAnswerOptions): WithWarnings<JsonObject> {
  const created = response.createdAt ?? options.nowSeconds;
  const fields = {
    id: encodeId(response.id, created),
    object: 'chat.completion',
    created,
    model: options.model,
    choices: response.choices.map((choice, index) => encodeChoice(choice, index, options.request?.tools ?? [])),
    ...(response.usage && { usage: encodeUsage(response.usage) }),
  };
  return {
    value: withFields(fields, ownFields('openai-chat', response.extensions)),
    warnings: lossesOfAnswer(response, CHAT_ANSWERS),
  };
}

/** Clients rely on an id; an upstream without one gets the answer's time for its. */
export function encodeId(id: string, created: number): string {
  return id === '' ? `chatcmpl-${created}` : id;
}

function encodeChoice(choice: Choice, index: number, tools: readonly Tool[]): JsonObject {
  const blocks = choice.content.map((block) => {
    const isCall = block.type === 'tool-call';
    return { block: isCall ? { ...block, extensions: answeredCall(block, tools) } : block, path: '' };
  });
  // `lossesOfAnswer` says what an answer loses; this log would say it of a request.
  const { role, content, refusal = null, ...rest } = encodeAssistant(blocks, new LossLog('openai-chat'));
  const annotations = annotationsOf(choice.content);
  const fields = {
    index,
    message: { role, content, refusal, ...rest, ...(annotations.length > 0 && { annotations }) },
    ...compact({ logprobs: logprobsOf(choice.content) }),
    finish_reason: encodeFinish(choice.finish.reason),
  };
  return { logprobs: null, ...withFields(fields, ownFields('openai-chat', choice.extensions)) };
}
