import { GatewayError, type CanonicalResponse, type Choice, type OpaqueBlock } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { extensionsOf } from '../extensions/extensions.js';
import { compact, restOf } from '../json/json-object.js';
import { countOf, objectOf, objectsOf, stringOf, wordOf } from '../json/read-json.js';
import { classifyError } from './classify-error.js';
import { withAnnotations } from './citations.js';
import {
  readAnnotations,
  readOtherParts,
  readTextPieces,
  readToolCalls,
  toBlock,
  unknownMessageFields,
  withLogprobs,
} from './read-message.js';
import { decodeToolCall } from './decode-tool-call.js';
import { decodeFinish } from './finish.js';
import { decodeUsage } from './usage.js';

const RESPONSE_FIELDS = ['id', 'object', 'model', 'created', 'choices', 'usage'];
const CHOICE_FIELDS = ['index', 'message', 'finish_reason', 'logprobs'];

/**
 * A whole chat completion. Some vendors send an error in an answer of status 200 (OpenRouter), which is thrown as the
 * error it is.
 *
 * @throws GatewayError `upstream_malformed` when there is no choice in it.
 */
export function decodeResponse(body: unknown): CanonicalResponse {
  const response = objectOf(body);
  const choices = objectsOf(response['choices']);
  if (choices.length === 0) throw noAnswer(response);
  return compact({
    id: stringOf(response['id']) ?? '',
    model: stringOf(response['model']) ?? '',
    createdAt: countOf(response['created']),
    choices: choices.map(decodeChoice),
    usage: decodeUsage(response['usage']) ?? decodeUsage(objectOf(response['x_groq'])['usage']),
    extensions: extensionsOf('openai-chat', restOf(response, RESPONSE_FIELDS)),
  });
}

function noAnswer(response: JsonObject): GatewayError {
  if (response['error'] === undefined || response['error'] === null) {
    return new GatewayError('upstream_malformed', "the provider's answer is not a chat completion: it has no choices");
  }
  const { code, message, ...options } = classifyError(response);
  return new GatewayError(code, message, options);
}

function decodeChoice(choice: JsonObject, index: number): Choice {
  const message = objectOf(choice['message']);
  const { pieces, logprobs } = withLogprobs(readTextPieces(message), choice['logprobs']);
  const { blocks, annotations } = withAnnotations(pieces.map(toBlock), readAnnotations(message) ?? []);
  const calls = readToolCalls(message).map((call, place) => decodeToolCall(call, `call_${index}_${place}`));
  const others = readOtherParts(message).map((value): OpaqueBlock => ({
    type: 'opaque',
    dialect: 'openai-chat',
    value,
  }));
  return compact({
    content: [...blocks, ...others, ...calls],
    finish: decodeFinish(wordOf(choice['finish_reason']), calls.length > 0),
    extensions: extensionsOf(
      'openai-chat',
      restOf({ ...restOf(choice, CHOICE_FIELDS), logprobs, message: unknownMessageFields(message, annotations) }, []),
    ),
  });
}
