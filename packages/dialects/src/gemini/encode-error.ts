import { ERROR_CODES, type GatewayErrorData } from '@switchyard/canonical';

import type { EncodedError, JsonObject } from '../dialect.js';
import { encodeSse } from '../sse/encode-sse.js';

/** Google's status words by the status they come with. (google.rpc.Code, HTTP mapping) */
const WORDS_BY_STATUS: Readonly<Record<number, string>> = {
  401: 'UNAUTHENTICATED',
  402: 'FAILED_PRECONDITION',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  408: 'DEADLINE_EXCEEDED',
  409: 'ABORTED',
  429: 'RESOURCE_EXHAUSTED',
  499: 'CANCELLED',
  502: 'UNAVAILABLE',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
};

const RPC = 'type.googleapis.com/google.rpc';

export function encodeError(error: GatewayErrorData, requestId: string): EncodedError {
  const headers = { 'content-type': 'application/json; charset=UTF-8' };
  const { retryAfterMs } = error;
  return {
    status: error.status,
    headers: retryAfterMs === undefined ? headers : { ...headers, 'retry-after': String(toSeconds(retryAfterMs)) },
    body: JSON.stringify(encodeErrorBody(error, requestId)),
  };
}

/** The error within a stream; Google's clients know it by its one field. */
export function encodeStreamError(error: GatewayErrorData, requestId?: string): string {
  return encodeSse({ data: JSON.stringify(encodeErrorBody(error, requestId)) });
}

function encodeErrorBody(error: GatewayErrorData, requestId: string | undefined): JsonObject {
  const { status, message, param, retryAfterMs } = error;
  const details = [
    { '@type': `${RPC}.ErrorInfo`, reason: encodeReason(error), domain: 'switchyard' },
    ...(param === undefined
      ? []
      : [{ '@type': `${RPC}.BadRequest`, fieldViolations: [{ field: param, description: message }] }]),
    ...(retryAfterMs === undefined ? [] : [{ '@type': `${RPC}.RetryInfo`, retryDelay: `${toSeconds(retryAfterMs)}s` }]),
    ...(requestId === undefined ? [] : [{ '@type': `${RPC}.RequestInfo`, requestId }]),
  ];
  return { error: { code: status, message, status: statusWord(status), details } };
}

function statusWord(status: number): string {
  return WORDS_BY_STATUS[status] ?? (status < 500 ? 'INVALID_ARGUMENT' : 'INTERNAL');
}

/** An upstream's own code where it is about the client's request; what is about the operator's account stays ours. */
function encodeReason({ code, upstream }: GatewayErrorData): string {
  const own = ERROR_CODES[code].scope === 'request' ? upstream?.code : undefined;
  return (own ?? code).toUpperCase();
}

function toSeconds(milliseconds: number): number {
  return Math.max(1, Math.ceil(milliseconds / 1000));
}
