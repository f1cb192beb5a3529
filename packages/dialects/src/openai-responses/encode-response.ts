import { unfoldResponse, type Block, type CanonicalResponse, type Choice } from '@switchyard/canonical';

import type { EncodeAnswerOptions, JsonObject, WithWarnings } from '../dialect.js';
import { objectOf } from '../json/read-json.js';
import { LossLog } from '../openai-chat/loss-log.js';
import { RESPONSES } from './reasoning-proof.js';
import { ResponseWriter } from './response-writer.js';

/** A whole response: the one that the stream of the same answer ends with. */
export function encodeResponse(response: CanonicalResponse, options: EncodeAnswerOptions): WithWarnings<JsonObject> {
  const log = new LossLog(RESPONSES);
  log.foreignFields(response.extensions, '');
  const [choice, ...others] = response.choices;
  for (const [index] of others.entries())
    log.dropped(`choices[${index + 1}]`, 'an openai-responses answer has one choice');
  const kept = choice === undefined ? [] : [{ ...choice, content: keepTellable(choice, log) }];
  const writer = new ResponseWriter(options);
  const events = unfoldResponse({ ...response, choices: kept }).flatMap((event) => writer.take(event));
  return { value: objectOf(events.at(-1)?.['response']), warnings: log.warnings };
}

function keepTellable(choice: Choice, log: LossLog): Block[] {
  log.foreignFields(choice.extensions, 'choices[0]');
  if (choice.finish.stopSequence !== undefined) {
    log.dropped('choices[0].stop_sequence', 'openai-responses does not say which stop sequence was hit');
  }
  return choice.content.filter((block, index) => {
    const path = `choices[0].content[${index}]`;
    log.foreignFields(block.extensions, path);
    const isForeign = block.type === 'opaque' && block.dialect !== RESPONSES;
    const isMedia = block.type === 'image' || block.type === 'audio' || block.type === 'document';
    if (isForeign) log.dropped(path, `only ${block.dialect} understands this block`);
    if (isMedia) log.dropped(path, `openai-responses has no place for a ${block.type} block in an answer`);
    return !isForeign && !isMedia && block.type !== 'tool-result';
  });
}
