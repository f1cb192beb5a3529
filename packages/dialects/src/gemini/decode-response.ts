import { foldStream, GatewayError, type CanonicalResponse } from '@switchyard/canonical';

import { isJsonObject } from '../json/json-object.js';
import { objectOf, objectsOf, wordOf } from '../json/read-json.js';
import { classifyError } from './classify-error.js';
import { AnswerDecoder } from './decode-stream.js';

/**
 * A whole answer, read as a stream of one chunk: so whole and streamed answers cannot differ. A prompt that was blocked
 * is an answer without content whose finish says why.
 *
 * @throws GatewayError `upstream_malformed` when there is no candidate in it, or what it says when it is an error.
 */
export function decodeResponse(body: unknown): CanonicalResponse {
  const answer: unknown = Array.isArray(body) ? body[0] : body;
  if (isJsonObject(answer) && isJsonObject(answer['error'])) {
    const { code, message, ...options } = classifyError(answer);
    throw new GatewayError(code, message, options);
  }
  const isAnswer =
    isJsonObject(answer) &&
    (objectsOf(answer['candidates']).length > 0 ||
      wordOf(objectOf(answer['promptFeedback'])['blockReason']) !== undefined);
  if (!isAnswer) throw noAnswer();
  const decoder = new AnswerDecoder();
  const { response } = foldStream([...decoder.readChunk(answer), ...decoder.finish()]);
  if (response === undefined) throw noAnswer();
  return response;
}

function noAnswer(): GatewayError {
  return new GatewayError(
    'upstream_malformed',
    "the provider's answer is no GenerateContentResponse: it has no candidates",
  );
}
