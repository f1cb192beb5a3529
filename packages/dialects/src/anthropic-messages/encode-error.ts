import type { GatewayErrorData } from '@switchyard/canonical';

import type { EncodedError, JsonObject } from '../dialect.js';
import { encodeSse } from '../sse/encode-sse.js';

/** Anthropic's error types by status. (Errors reference, HTTP errors) */
const TYPES_BY_STATUS: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  408: 'timeout_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  503: 'overloaded_error',
  504: 'timeout_error',
  529: 'overloaded_error',
};

export function encodeError(error: GatewayErrorData, requestId: string): EncodedError {
  const status = answerStatus(error);
  const { retryAfterMs } = error;
  return {
    status,
    headers: {
      'content-type': 'application/json',
      'request-id': requestId,
      ...(retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) }),
    },
    body: JSON.stringify(errorBody(error, requestId)),
  };
}

/** The event that ends a stream after content was sent. (Streaming messages, error events) */
export function encodeStreamError(error: GatewayErrorData, requestId?: string): string {
  return encodeSse({ event: 'error', data: JSON.stringify(errorBody(error, requestId)) });
}

function errorBody(error: GatewayErrorData, requestId: string | undefined): JsonObject {
  return {
    type: 'error',
    error: { type: errorType(answerStatus(error)), message: error.message },
    ...(requestId === undefined ? {} : { request_id: requestId }),
  };
}

/** Anthropic's own clients know its 529; anything else that is overloaded is an ordinary 503. */
function answerStatus(error: GatewayErrorData): number {
  return error.code === 'upstream_overloaded' && error.upstream?.status === 529 ? 529 : error.status;
}

function errorType(status: number): string {
  return TYPES_BY_STATUS[status] ?? (status < 500 ? 'invalid_request_error' : 'api_error');
}
