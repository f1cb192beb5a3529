import type { Block, CanonicalResponse, Choice, ServerToolStep } from '@switchyard/canonical';

import type { EncodeAnswerOptions, JsonObject, WithWarnings } from '../dialect.js';
import { ownFields } from '../extensions/extensions.js';
import { compact } from '../json/json-object.js';
import { objectOf } from '../json/read-json.js';
import { LossLog } from '../losses/loss-log.js';
import { withFields } from '../extensions/merge-fields.js';
import { lossesOfAnswer } from '../losses/answer-losses.js';
import { GEMINI_ANSWERS } from './answer-limits.js';
import { addCitations, createGrounding, groundingFields, type Grounding } from './citations.js';
import { GEMINI } from './decode-parts.js';
import { encodePart } from './encode-parts.js';
import { encodeFinish } from './finish.js';
import { encodeLogprobs } from './logprobs.js';
import { writeCandidateSteps, writeParts } from './server-steps.js';
import { encodeUsage } from './usage.js';

export function encodeResponse(response: CanonicalResponse, options: EncodeAnswerOptions): WithWarnings<JsonObject> {
  const fields = compact({
    candidates: response.choices.map((choice, index) => encodeChoice(choice, index)),
    usageMetadata: response.usage && encodeUsage(response.usage),
    modelVersion: options.model,
    responseId: response.id === '' ? undefined : response.id,
  });
  return {
    value: withFields(fields, ownFields(GEMINI, response.extensions)),
    warnings: lossesOfAnswer(response, GEMINI_ANSWERS),
  };
}

function encodeChoice(choice: Choice, index: number): JsonObject {
  // `lossesOfAnswer` says what an answer loses; this log would say it of a request.
  const context = { log: new LossLog(GEMINI), functions: new Map<string, string>() };
  const parts: JsonObject[] = [];
  const grounding = createGrounding();
  const told: ServerToolStep[] = [];
  for (const block of choice.content) {
    if (block.type === 'opaque' && block.dialect !== GEMINI && block.step) {
      told.push(block.step);
      parts.push(...writeParts(block.step));
      continue;
    }
    const part = encodePart({ block: shown(block), path: '' }, context);
    if (part === undefined) continue;
    if (block.type === 'text') {
      addCitations(grounding, block.citations ?? [], { index: parts.length, text: block.text, from: 0 });
    }
    parts.push(part);
  }
  const logprobs = choice.content.flatMap((block) => {
    return block.type === 'text' || block.type === 'refusal' ? (block.logprobs ?? []) : [];
  });
  const fields = {
    index,
    content: { parts, role: 'model' },
    ...(logprobs.length > 0 && { logprobsResult: encodeLogprobs(logprobs) }),
    finishReason: encodeFinish(choice.finish.reason),
    ...besideContent(grounding, told, choice),
  };
  return candidate(fields, choice.extensions);
}

/** What a candidate tells beside its content: sources and steps. Google's own steps stand among the fields of its dialect. */
export function besideContent(
  grounding: Grounding,
  told: readonly ServerToolStep[],
  { steps = [], extensions }: Pick<Choice, 'steps' | 'extensions'>,
): JsonObject {
  const own = ownFields(GEMINI, extensions);
  const foreign = extensions?.[GEMINI] === undefined ? writeCandidateSteps([...told, ...steps]) : {};
  return withFields(groundingFields(grounding, own), foreign);
}

/** Anyone's thoughts are shown; a signature only to whom it belongs. */
function shown(block: Block): Block {
  if (block.type !== 'reasoning' || block.provenance === GEMINI) return block;
  return { ...block, provenance: GEMINI, signature: undefined };
}

/** A finished candidate; what came late in a stream stands beside its candidates. */
export function candidate(fields: JsonObject, extensions: Choice['extensions']): JsonObject {
  const { response: _, ...own } = ownFields(GEMINI, extensions);
  return withFields(fields, own);
}

/** Fields of the whole answer that came late in a stream. */
export function lateFields(extensions: Choice['extensions']): JsonObject {
  return objectOf(ownFields(GEMINI, extensions)['response']);
}
