import type { Block, CanonicalResponse, Choice } from '@switchyard/canonical';

import type { EncodeAnswerOptions, JsonObject, WithWarnings } from '../dialect.js';
import { ownFields } from '../extensions/extensions.js';
import { lossesOfAnswer } from '../losses/answer-losses.js';
import { MESSAGE_ANSWERS } from './answer-limits.js';
import { encodeCitations } from './citations.js';
import { ANTHROPIC } from './decode-content.js';
import { encodeBlock, encodeText } from './encode-content.js';
import { encodeFinish } from './finish.js';
import { encodeUsage } from './usage.js';

/** A message. Anthropic's has one choice, so further ones are dropped. */
export function encodeResponse(response: CanonicalResponse, options: EncodeAnswerOptions): WithWarnings<JsonObject> {
  const [choice] = response.choices;
  const value: JsonObject = {
    ...ownFields(ANTHROPIC, response.extensions),
    id: response.id,
    type: 'message',
    role: 'assistant',
    model: options.model,
    ...(choice === undefined ? { content: [] } : encodeChoice(choice)),
    usage: encodeUsage(response.usage),
  };
  return { value, warnings: lossesOfAnswer(response, MESSAGE_ANSWERS) };
}

function encodeChoice(choice: Choice): JsonObject {
  const content = choice.content.flatMap((block): JsonObject[] => {
    const encoded = encodeAnswerBlock(block);
    return encoded === undefined ? [] : [encoded];
  });
  const contents = {
    toolCalls: choice.content.some((block) => block.type === 'tool-call'),
    refusal: choice.content.some((block) => block.type === 'refusal'),
  };
  return { ...ownFields(ANTHROPIC, choice.extensions), content, ...encodeFinish(choice.finish, contents) };
}

/**
 * Unlike in a request, reasoning of another maker is shown to the client. Its signature stays empty: ours alone would let
 * the client send it back to Anthropic, which did not make it.
 */
function encodeAnswerBlock(block: Block): JsonObject | undefined {
  // `lossesOfAnswer` says what an answer loses; this log would say it of a request.
  if (block.type === 'text') return encodeText(block, encodeCitations(block.citations ?? []));
  if (block.type !== 'reasoning') return encodeBlock(block, { path: '', warnings: [] });
  const signature = block.provenance === ANTHROPIC ? (block.signature ?? '') : '';
  if (block.text === '' && signature === '') return undefined;
  return { ...ownFields(ANTHROPIC, block.extensions), type: 'thinking', thinking: block.text, signature };
}
