import type { Block, CanonicalResponse, Choice } from '@switchyard/canonical';

import type { EncodeAnswerOptions, JsonObject, WithWarnings } from '../dialect.js';
import { ownFields } from '../extensions/extensions.js';
import { compact } from '../json/json-object.js';
import { objectOf } from '../json/read-json.js';
import { LossLog } from '../openai-chat/loss-log.js';
import { withFields } from '../openai-chat/merge-fields.js';
import { GEMINI } from './decode-parts.js';
import { encodePart } from './encode-parts.js';
import { encodeFinish } from './finish.js';
import { encodeUsage } from './usage.js';

export function encodeResponse(response: CanonicalResponse, options: EncodeAnswerOptions): WithWarnings<JsonObject> {
  const log = new LossLog(GEMINI);
  log.foreignFields(response.extensions, '');
  const fields = compact({
    candidates: response.choices.map((choice, index) => encodeChoice(choice, index, log)),
    usageMetadata: response.usage && encodeUsage(response.usage),
    modelVersion: options.model,
    responseId: response.id === '' ? undefined : response.id,
  });
  return { value: withFields(fields, ownFields(GEMINI, response.extensions)), warnings: log.warnings };
}

function encodeChoice(choice: Choice, index: number, log: LossLog): JsonObject {
  const path = `choices[${index}]`;
  log.foreignFields(choice.extensions, path);
  if (choice.finish.stopSequence !== undefined) {
    log.dropped(`${path}.stop_sequence`, 'gemini does not say which stop sequence was hit');
  }
  const context = { log, functions: new Map<string, string>() };
  const parts = choice.content.map((block, place) => {
    return encodePart(
      { block: shown(block, log, `${path}.content[${place}]`), path: `${path}.content[${place}]` },
      context,
    );
  });
  const content = { parts: parts.filter((part) => part !== undefined), role: 'model' };
  return candidate({ index, content, finishReason: encodeFinish(choice.finish.reason) }, choice.extensions);
}

/** Anyone's thoughts are shown; a signature only to whom it belongs. */
function shown(block: Block, log: LossLog, path: string): Block {
  if (block.type !== 'reasoning' || block.provenance === GEMINI) return block;
  if (block.signature) log.dropped(`${path}.signature`, `only ${block.provenance} can read it`);
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
