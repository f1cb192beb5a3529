import { ERROR_CODES, type GatewayErrorData } from '@switchyard/canonical';

import type { UpstreamAnswer } from '../dialect.js';
import { parseRetryAfterMs } from '../errors/retry-after.js';
import { parseJson } from '../json/json-object.js';
import { classifyError } from './classify-error.js';

/** Reads an error answer of OpenAI or a compatible vendor. A page instead of JSON mostly means a wrong base URL. */
export function decodeError(answer: UpstreamAnswer, nowMs: number): GatewayErrorData {
  const { status, headers, body } = answer;
  const isPage = headers['content-type']?.includes('text/html') || body.trimStart().startsWith('<');
  const isWaitable = status === 408 || status === 429;
  if (status < 400 || (isPage && status < 500 && !isWaitable)) return notTheApi(status, isPage);
  const retryAfterMs = parseRetryAfterMs(headers, nowMs);
  return classifyError(isPage ? undefined : (parseJson(body) ?? body), { status, retryAfterMs });
}

function notTheApi(status: number, isPage: boolean): GatewayErrorData {
  const what = isPage ? 'an HTML page' : 'something else';
  return {
    code: 'upstream_malformed',
    message: `the provider answered (${status}) with ${what} instead of its API: its base URL is likely wrong`,
    status: ERROR_CODES.upstream_malformed.status,
    upstream: { status },
  };
}
