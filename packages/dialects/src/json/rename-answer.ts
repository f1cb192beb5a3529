import type { DialectId } from '@switchyard/canonical';

import type { SpanPatch } from './patch-spans.js';
import { patchSpans } from './patch-spans.js';
import { CLOSE_BRACE, COMMA, OPEN_BRACE, QUOTE, skipKey, skipSpace, skipString, skipValue } from './skip-json.js';

/** The answer was read before, with whatever depth it has. */
const ANY_DEPTH = Number.POSITIVE_INFINITY;

/** Where an answer, or an event of its stream, says which model it is of. */
const PLACES: Readonly<Record<DialectId, readonly (readonly string[])[]>> = {
  'openai-chat': [['model']],
  'openai-completions': [['model']],
  'openai-responses': [['model'], ['response', 'model']],
  'anthropic-messages': [['model'], ['message', 'model']],
  gemini: [['modelVersion']],
};

/**
 * An answer of the dialect, or an event of its stream, under another model's name: every other byte stays as it was. The
 * same buffer where it names no model, or is not an object.
 *
 * @throws GatewayError `invalid_json` for JSON that is broken before or at the name.
 */
export function renameAnswer(dialect: DialectId, json: Buffer, model: string): Buffer {
  const text = JSON.stringify(model);
  const patches = PLACES[dialect].flatMap((path): SpanPatch[] => {
    const start = path.reduce<number | undefined>((place, key) => memberOf(json, place, key), skipSpace(json, 0));
    return start === undefined || json[start] !== QUOTE ? [] : [{ start, end: skipString(json, start), text }];
  });
  return patches.length === 0 ? json : patchSpans(json, patches);
}

/** Where the value of a member begins, in the object at `start`; undefined where there is none. The last one of a name counts. */
function memberOf(json: Buffer, start: number | undefined, name: string): number | undefined {
  if (start === undefined || json[start] !== OPEN_BRACE) return undefined;
  let found: number | undefined;
  let position = skipSpace(json, start + 1);
  while (json[position] !== CLOSE_BRACE) {
    const isNamed = json.toString('utf8', position + 1, skipString(json, position) - 1) === name;
    const value = skipSpace(json, skipKey(json, position));
    if (isNamed) found = value;
    position = skipSpace(json, skipValue(json, value, ANY_DEPTH));
    if (json[position] === COMMA) position = skipSpace(json, position + 1);
  }
  return found;
}
