import { ERROR_CODES, type GatewayErrorData } from '@switchyard/canonical';

import type { UpstreamAnswer } from '../dialect.js';
import { parseRetryAfterMs } from '../errors/retry-after.js';
import { isJsonObject, parseJson } from '../json/json-object.js';
import { classifyError } from './classify-error.js';

/** Reads an error answer of Google's. Something else than its JSON mostly means a wrong base URL. */
export function decodeError(answer: UpstreamAnswer, nowMs: number): GatewayErrorData {
  const { status, headers, body } = answer;
  const value = parseJson(body);
  const isStructured = isJsonObject(value) || Array.isArray(value);
  if (!isStructured && !saysEnough(status)) {
    const message =
      `the provider answered (${status}) with something that is not JSON: ` +
      'its base-url is likely wrong (for this dialect it ends before /v1beta/models)';
    return { code: 'upstream_malformed', message, status: ERROR_CODES.upstream_malformed.status, upstream: { status } };
  }
  return classifyError(value, { status, retryAfterMs: parseRetryAfterMs(headers, nowMs) });
}

/** A load balancer's page with such a status needs no body; any other page means that no API lives at this address. */
function saysEnough(status: number): boolean {
  return status >= 500 || status === 401 || status === 403 || status === 408 || status === 429;
}
