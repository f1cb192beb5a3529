import { ERROR_CODES, type ErrorCode, type GatewayErrorData } from '@switchyard/canonical';

import type { EncodedError, JsonObject } from '../dialect.js';

/** OpenAI's words for what we have words of our own for; its clients act on them. (OpenAI guide, "Error codes") */
const OPENAI_CODES: Partial<Readonly<Record<ErrorCode, string>>> = {
  missing_api_key: 'invalid_api_key',
  upstream_context_length: 'context_length_exceeded',
  upstream_content_filter: 'content_filter',
  upstream_model_not_found: 'model_not_found',
  upstream_rate_limited: 'rate_limit_exceeded',
};

export function encodeError(error: GatewayErrorData): EncodedError {
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  return {
    status: error.status,
    headers: error.retryAfterMs === undefined ? headers : { ...headers, 'retry-after': toSeconds(error.retryAfterMs) },
    body: JSON.stringify(encodeErrorBody(error)),
  };
}

/** The error within a stream. `[DONE]` never follows it. */
export function encodeStreamError(error: GatewayErrorData): string {
  return `data: ${JSON.stringify(encodeErrorBody(error))}\n\n`;
}

/** The body of an error of OpenAI's shape. */
export function encodeErrorBody(error: GatewayErrorData): JsonObject {
  return {
    error: {
      message: error.message,
      type: typeForStatus(error.status),
      param: error.param ?? null,
      code: encodeCode(error),
    },
  };
}

/** An upstream's own code where it is about the client's request; what is about the operator's account stays ours. */
function encodeCode({ code, upstream }: GatewayErrorData): string {
  const own = OPENAI_CODES[code];
  if (own !== undefined) return own;
  return ERROR_CODES[code].scope === 'request' ? (upstream?.code ?? code) : code;
}

function typeForStatus(status: number): string {
  if (status === 403) return 'permission_error';
  if (status === 429) return 'rate_limit_error';
  return status < 500 ? 'invalid_request_error' : 'server_error';
}

function toSeconds(milliseconds: number): string {
  return String(Math.max(1, Math.ceil(milliseconds / 1000)));
}
