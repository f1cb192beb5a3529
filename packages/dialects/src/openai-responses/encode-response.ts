import { unfoldResponse, type Block, type CanonicalResponse } from '@switchyard/canonical';

import type { EncodeAnswerOptions, JsonObject, WithWarnings } from '../dialect.js';
import { objectOf } from '../json/read-json.js';
import { lossesOfAnswer } from '../losses/answer-losses.js';
import { RESPONSE_ANSWERS } from './answer-limits.js';
import { RESPONSES } from './reasoning-proof.js';
import { ResponseWriter } from './response-writer.js';

/** A whole response: the one that the stream of the same answer ends with. */
export function encodeResponse(response: CanonicalResponse, options: EncodeAnswerOptions): WithWarnings<JsonObject> {
  const kept = response.choices
    .slice(0, 1)
    .map((choice) => ({ ...choice, content: choice.content.filter(isTellable) }));
  const writer = new ResponseWriter(options);
  const events = unfoldResponse({ ...response, choices: kept }).flatMap((event) => writer.take(event));
  return { value: objectOf(events.at(-1)?.['response']), warnings: lossesOfAnswer(response, RESPONSE_ANSWERS) };
}

function isTellable(block: Block): boolean {
  if (block.type === 'opaque') return block.dialect === RESPONSES || block.step !== undefined;
  return block.type !== 'image' && block.type !== 'audio' && block.type !== 'document' && block.type !== 'tool-result';
}
