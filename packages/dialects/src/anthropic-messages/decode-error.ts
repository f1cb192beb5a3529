import { ERROR_CODES, lookUp, type ErrorCode, type GatewayErrorData } from '@switchyard/canonical';

import type { UpstreamAnswer } from '../dialect.js';
import { cleanWords } from '../errors/clean-words.js';
import { parseRetryAfterMs } from '../errors/retry-after.js';
import { isJsonObject, parseJson } from '../json/json-object.js';

/** Anthropic's error types. (Errors reference) */
const CODES_BY_TYPE: Readonly<Record<string, ErrorCode>> = {
  invalid_request_error: 'upstream_invalid_request',
  authentication_error: 'upstream_auth_failed',
  billing_error: 'upstream_payment_required',
  permission_error: 'upstream_auth_failed',
  not_found_error: 'upstream_model_not_found',
  request_too_large: 'upstream_invalid_request',
  rate_limit_error: 'upstream_rate_limited',
  timeout_error: 'upstream_timeout',
  api_error: 'upstream_server_error',
  overloaded_error: 'upstream_overloaded',
};

/** For servers that only imitate the dialect: the status alone. */
const CODES_BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  401: 'upstream_auth_failed',
  402: 'upstream_payment_required',
  403: 'upstream_auth_failed',
  404: 'upstream_model_not_found',
  408: 'upstream_timeout',
  429: 'upstream_rate_limited',
  503: 'upstream_overloaded',
  504: 'upstream_timeout',
  529: 'upstream_overloaded',
};

/**
 * Conditions that Anthropic reports as an invalid request, told apart by its wording as seen in recorded answers.
 */
const CODES_BY_MESSAGE: readonly (readonly [RegExp, ErrorCode])[] = [
  [/prompt is too long|exceed(s|ed)? (the )?(model's )?context (limit|window)/i, 'upstream_context_length'],
  [/credit balance is too low|reached your specified .*usage limits/i, 'upstream_payment_required'],
  [/blocked by content filtering policy/i, 'upstream_content_filter'],
];

export function decodeError(answer: UpstreamAnswer, nowMs: number): GatewayErrorData {
  const { status } = answer;
  const body = parseJson(answer.body);
  if (!isJsonObject(body) && !saysEnough(status)) {
    const message =
      `the upstream answered ${status} with something that is not JSON: ` +
      'its base-url is likely wrong (for this dialect it ends before /v1/messages)';
    return { code: 'upstream_malformed', message, status: ERROR_CODES.upstream_malformed.status, upstream: { status } };
  }
  const error = classifyError({ status, body });
  const retryAfterMs = waitFor(error.code, answer, nowMs);
  return { ...error, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

/** A load balancer's page with such a status needs no body; any other page means that no API lives at this address. */
function saysEnough(status: number): boolean {
  return status === 401 || status === 402 || status === 429 || status >= 500;
}

/** Every answer tells when the account's limits reset; only one that was refused for them has to wait for that. */
function waitFor(code: ErrorCode, { headers }: UpstreamAnswer, nowMs: number): number | undefined {
  const isAsked = headers['retry-after'] !== undefined || headers['retry-after-ms'] !== undefined;
  return isAsked || code === 'upstream_rate_limited' ? parseRetryAfterMs(headers, nowMs) : undefined;
}

/** An error of Anthropic's shape; without a status when it came within a stream. */
export interface ErrorAnswer {
  readonly status?: number | undefined;
  readonly body: unknown;
}

/** Which of our codes an error is, and what to tell the client of it. */
export function classifyError({ status, body }: ErrorAnswer): GatewayErrorData {
  const error = isJsonObject(body) && isJsonObject(body['error']) ? body['error'] : {};
  const type = typeof error['type'] === 'string' ? error['type'] : undefined;
  const said = typeof error['message'] === 'string' ? error['message'] : undefined;
  const details = isJsonObject(error['details']) ? error['details'] : {};
  const detailCode = typeof details['error_code'] === 'string' ? details['error_code'] : undefined;
  const code = errorCode(status, type, said);
  return {
    code,
    message: clientMessage(code, said),
    status: clientStatus(code, status, type),
    upstream: {
      ...(status === undefined ? {} : { status }),
      ...(type === undefined ? {} : { type }),
      ...(detailCode === undefined ? {} : { code: detailCode }),
    },
  };
}

function errorCode(status: number | undefined, type: string | undefined, said: string | undefined): ErrorCode {
  const code = lookUp(CODES_BY_TYPE, type) ?? codeByStatus(status);
  if (code !== 'upstream_invalid_request' || said === undefined) return code;
  return CODES_BY_MESSAGE.find(([pattern]) => pattern.test(said))?.[1] ?? code;
}

function codeByStatus(status: number | undefined): ErrorCode {
  if (status === undefined) return 'upstream_server_error';
  return (
    CODES_BY_STATUS[status] ?? (status >= 400 && status < 500 ? 'upstream_invalid_request' : 'upstream_server_error')
  );
}

/** What concerns the operator's account is not the client's to read; everything else is told in the upstream's own words. */
function clientMessage(code: ErrorCode, said: string | undefined): string {
  const words = said === undefined || said === '' ? undefined : cleanWords(said);
  switch (code) {
    case 'upstream_auth_failed':
      return 'the upstream refused the credential: the operator must check its key and permissions';
    case 'upstream_payment_required':
      return 'the upstream account has no credit left or reached its spending limit: the operator must top it up';
    case 'upstream_model_not_found':
      return (
        words ?? 'the upstream does not know this model, or its base-url is wrong: the operator must check the route'
      );
    case 'upstream_rate_limited':
      return words ?? 'the upstream refuses more requests for now: retry later';
    case 'upstream_overloaded':
      return words ?? 'the upstream is overloaded: retry later';
    default:
      return words ?? 'the upstream failed without saying why';
  }
}

function clientStatus(code: ErrorCode, status: number | undefined, type: string | undefined): number {
  if (code !== 'upstream_invalid_request') return ERROR_CODES[code].status;
  if (type === 'request_too_large') return 413;
  return status !== undefined && status >= 400 && status < 500 ? status : ERROR_CODES[code].status;
}
