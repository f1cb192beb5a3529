import type { JsonObject, ResponseFacts } from '../dialect.js';
import { isJsonObject } from '../json/json-object.js';
import { objectOf, stringOf, wordOf } from '../json/read-json.js';
import { decodeFinish } from './finish.js';
import { readOtherParts, readTextPieces, readToolCalls } from './read-message.js';
import { decodeUsage } from './usage.js';

/** What a chat completion of one choice, as nearly all have, says of itself. */
export function readFacts(body: unknown): ResponseFacts | undefined {
  if (!isJsonObject(body)) return undefined;
  const { choices } = body;
  if (!Array.isArray(choices) || choices.length !== 1) return undefined;
  const choice: unknown = choices[0];
  if (!isJsonObject(choice)) return undefined;
  const message = objectOf(choice['message']);
  const hasCalls = readToolCalls(message).length > 0;
  const finish = decodeFinish(wordOf(choice['finish_reason']), hasCalls);
  return {
    model: stringOf(body['model']) ?? '',
    finish,
    usage: decodeUsage(body['usage']) ?? decodeUsage(objectOf(body['x_groq'])['usage']),
    hasContent: hasCalls || finish.reason !== 'stop' || saysSomething(message),
  };
}

function saysSomething(message: JsonObject): boolean {
  const { content } = message;
  if (typeof content === 'string' && content !== '') return true;
  return readTextPieces(message).length > 0 || readOtherParts(message).length > 0;
}
