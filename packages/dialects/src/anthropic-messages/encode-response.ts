import type { Block, CanonicalResponse, Choice, ServerToolStep } from '@switchyard/canonical';

import type { EncodeAnswerOptions, JsonObject, WithWarnings } from '../dialect.js';
import { ownFields } from '../extensions/extensions.js';
import { lossesOfAnswer } from '../losses/answer-losses.js';
import { sealProof } from '../made/proof.js';
import { identifyStep, NO_STEPS } from '../made/step-ids.js';
import { MESSAGE_ANSWERS } from './answer-limits.js';
import { encodeCitations } from './citations.js';
import { ANTHROPIC } from './decode-content.js';
import { encodeBlock, encodeText } from './encode-content.js';
import { encodeFinish } from './finish.js';
import { writeStep } from './server-steps.js';
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
    ...(choice === undefined ? { content: [] } : encodeChoice(choice, response.id)),
    usage: encodeUsage(response.usage),
  };
  return { value, warnings: lossesOfAnswer(response, MESSAGE_ANSWERS) };
}

function encodeChoice(choice: Choice, answerId: string): JsonObject {
  let state = NO_STEPS;
  const tell = (step: ServerToolStep): JsonObject[] => {
    const identified = identifyStep(state, step, answerId);
    state = identified.state;
    return writeStep(step, identified.id);
  };
  const content = choice.content.flatMap((block): JsonObject[] => {
    if (block.type === 'opaque' && block.dialect !== ANTHROPIC && block.step) return tell(block.step);
    const encoded = encodeAnswerBlock(block);
    return encoded === undefined ? [] : [encoded];
  });
  content.push(...(choice.steps ?? []).flatMap(tell));
  const contents = {
    toolCalls: choice.content.some((block) => block.type === 'tool-call'),
    refusal: choice.content.some((block) => block.type === 'refusal'),
  };
  return { ...ownFields(ANTHROPIC, choice.extensions), content, ...encodeFinish(choice.finish, contents) };
}

/** Unlike in a request, reasoning of another maker is shown to the client, with a proof that names the maker. */
function encodeAnswerBlock(block: Block): JsonObject | undefined {
  // `lossesOfAnswer` says what an answer loses; this log would say it of a request.
  if (block.type === 'text') return encodeText(block, encodeCitations(block.citations ?? []));
  if (block.type === 'redacted-reasoning') {
    const own = ownFields(ANTHROPIC, block.extensions);
    return { ...own, type: 'redacted_thinking', data: sealProof(block, ANTHROPIC) };
  }
  if (block.type !== 'reasoning') return encodeBlock(block, { path: '', warnings: [] });
  if (block.text === '' && !block.signature) return undefined;
  const { type, provenance, signature: data = '' } = block;
  const signature = sealProof({ type, provenance, data }, ANTHROPIC);
  return { ...ownFields(ANTHROPIC, block.extensions), type: 'thinking', thinking: block.text, signature };
}
