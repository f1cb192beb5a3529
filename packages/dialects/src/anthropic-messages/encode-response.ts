import type { Block, CanonicalResponse, Choice, Warning } from '@switchyard/canonical';

import type { EncodeAnswerOptions, JsonObject, WithWarnings } from '../dialect.js';
import { foreignFieldWarnings, ownFields } from '../extensions/extensions.js';
import { ANTHROPIC } from './decode-content.js';
import { encodeBlock, type LossLog } from './encode-content.js';
import { encodeFinish } from './finish.js';
import { encodeUsage } from './usage.js';

/** A message. Anthropic's has one choice, so further ones are dropped. */
export function encodeResponse(response: CanonicalResponse, options: EncodeAnswerOptions): WithWarnings<JsonObject> {
  const warnings: Warning[] = foreignFieldWarnings(ANTHROPIC, response.extensions, '');
  const [choice, ...others] = response.choices;
  for (const [index] of others.entries()) {
    const reason = 'an anthropic-messages answer has one choice';
    warnings.push({ type: 'dropped', field: `choices.${index + 1}`, reason });
  }
  const value: JsonObject = {
    ...ownFields(ANTHROPIC, response.extensions),
    id: response.id,
    type: 'message',
    role: 'assistant',
    model: options.model,
    ...(choice === undefined ? { content: [] } : encodeChoice(choice, warnings)),
    usage: encodeUsage(response.usage),
  };
  return { value, warnings };
}

function encodeChoice(choice: Choice, warnings: Warning[]): JsonObject {
  warnings.push(...foreignFieldWarnings(ANTHROPIC, choice.extensions, 'choices.0'));
  const content = choice.content.flatMap((block, index): JsonObject[] => {
    const encoded = encodeAnswerBlock(block, { path: `content.${index}`, warnings });
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
function encodeAnswerBlock(block: Block, log: LossLog): JsonObject | undefined {
  if (block.type !== 'reasoning') return encodeBlock(block, log);
  log.warnings.push(...foreignFieldWarnings(ANTHROPIC, block.extensions, log.path));
  const signature = block.provenance === ANTHROPIC ? (block.signature ?? '') : '';
  if (block.text === '' && signature === '') return undefined;
  return { ...ownFields(ANTHROPIC, block.extensions), type: 'thinking', thinking: block.text, signature };
}
