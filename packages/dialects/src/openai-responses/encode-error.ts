import type { GatewayErrorData } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { objectOf } from '../json/read-json.js';
import { encodeErrorBody } from '../openai-chat/encode-error.js';
import { encodeSse } from '../sse/encode-sse.js';

export { encodeError } from '../openai-chat/encode-error.js';

/** The codes that a failed response may have. (OpenAI API reference, ResponseErrorCode) */
const FAILURE_CODES = [
  'server_error',
  'rate_limit_exceeded',
  'invalid_prompt',
  'data_residency_mismatch',
  'bio_policy',
  'vector_store_timeout',
  'image_content_policy_violation',
];

/**
 * The error after content was sent, written by who does not know how far the stream came: hence the sequence number 0.
 * OpenAI's clients raise what stands in `error`, and its types have the same fields beside it.
 */
export function encodeStreamError(error: GatewayErrorData): string {
  return encodeSse({ event: 'error', data: JSON.stringify({ ...errorFields(error), sequence_number: 0 }) });
}

/** An `error` event, without its sequence number. (OpenAI API reference, ResponseErrorEvent) */
export function errorFields(error: GatewayErrorData): JsonObject {
  const told = objectOf(encodeErrorBody(error)['error']);
  return { type: 'error', code: told['code'], message: told['message'], param: told['param'], error: told };
}

/** The `error` of a failed response. */
export function failureOf(error: GatewayErrorData): JsonObject {
  const { code, type } = objectOf(encodeErrorBody(error)['error']);
  return { code: FAILURE_CODES.find((known) => known === code) ?? 'server_error', message: error.message, type };
}
