import { ERROR_CODES, lookUp, type ErrorCode, type GatewayErrorData } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { cleanWords } from '../errors/clean-words.js';
import { countOf, objectOf, objectsOf, stringOf, wordOf } from '../json/read-json.js';

/** Longer texts are cut: some upstreams answer with whole pages. */
const MAX_MESSAGE_LENGTH = 1000;

/** Google's status words. (google.rpc.Code; Gemini API documentation, "Troubleshooting guide") */
const CODES_BY_WORD: Readonly<Record<string, ErrorCode>> = {
  INVALID_ARGUMENT: 'upstream_invalid_request',
  OUT_OF_RANGE: 'upstream_invalid_request',
  // The free tier is not offered in the account's country: it has to pay.
  FAILED_PRECONDITION: 'upstream_payment_required',
  UNAUTHENTICATED: 'upstream_auth_failed',
  PERMISSION_DENIED: 'upstream_auth_failed',
  NOT_FOUND: 'upstream_model_not_found',
  RESOURCE_EXHAUSTED: 'upstream_rate_limited',
  UNAVAILABLE: 'upstream_overloaded',
  DEADLINE_EXCEEDED: 'upstream_timeout',
  INTERNAL: 'upstream_server_error',
  UNKNOWN: 'upstream_server_error',
  ABORTED: 'upstream_server_error',
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
};

/** What is told apart only by Google's wording. */
const CODES_BY_MESSAGE: readonly (readonly [RegExp, ErrorCode])[] = [
  // A wrong key comes with status 400.
  [/api key (is )?(not valid|invalid|expired|not found)|api_key_invalid/i, 'upstream_auth_failed'],
  [
    /input token count .*exceeds|exceeds the maximum number of (input )?tokens|token count exceeds|context (length|window)/i,
    'upstream_context_length',
  ],
  [/prepa(id|yment) credits?.*(depleted|exhausted)|spending cap/i, 'upstream_payment_required'],
];

const TELLING: readonly ErrorCode[] = ['upstream_invalid_request', 'upstream_rate_limited'];

export interface AnswerFacts {
  readonly status?: number | undefined;
  /** What the headers ask to wait. */
  readonly retryAfterMs?: number | undefined;
}

/** Says which of our codes an error body means; without a status when it came within a stream. */
export function classifyError(body: unknown, answer: AnswerFacts = {}): GatewayErrorData {
  const error = objectOf(objectOf(Array.isArray(body) ? body[0] : body)['error']);
  const word = wordOf(error['status']);
  const status = answer.status ?? statusOf(error);
  const said = (stringOf(error['message']) ?? '').slice(0, MAX_MESSAGE_LENGTH);
  const details = objectsOf(error['details']);
  const code = chooseCode(word, status, said);
  const isTold = code === 'upstream_invalid_request' && status !== undefined && status >= 400 && status < 500;
  const violation = objectsOf(detailOf(details, 'BadRequest')['fieldViolations'])[0];
  return {
    code,
    message: describe(code, said, status),
    status: isTold ? status : ERROR_CODES[code].status,
    param: wordOf(violation?.['field']),
    retryAfterMs: parseDelay(detailOf(details, 'RetryInfo')['retryDelay']) ?? answer.retryAfterMs,
    upstream: { status, code: wordOf(detailOf(details, 'ErrorInfo')['reason']) ?? word, type: word },
  };
}

function chooseCode(word: string | undefined, status: number | undefined, said: string): ErrorCode {
  const code = lookUp(CODES_BY_WORD, word) ?? codeByStatus(status);
  if (!TELLING.includes(code)) return code;
  return CODES_BY_MESSAGE.find(([pattern]) => pattern.test(said))?.[1] ?? code;
}

function codeByStatus(status: number | undefined): ErrorCode {
  if (status === undefined) return 'upstream_server_error';
  return (
    CODES_BY_STATUS[status] ?? (status >= 400 && status < 500 ? 'upstream_invalid_request' : 'upstream_server_error')
  );
}

/** What concerns the operator's account is not the client's to read; what concerns the request is passed on. */
function describe(code: ErrorCode, said: string, status: number | undefined): string {
  const suffix = status === undefined ? '' : ` (${status})`;
  switch (code) {
    case 'upstream_auth_failed':
      return `the provider refused the gateway's credential${suffix}`;
    case 'upstream_payment_required':
      return `the provider's account has no credit left, or must enable billing${suffix}`;
    case 'upstream_rate_limited':
      return said === '' ? `the provider's rate limit is reached${suffix}` : cleanWords(said);
    default:
      return said === '' ? `the provider failed${suffix} without saying why` : cleanWords(said);
  }
}

/** The detail of a type of google.rpc; an empty object where there is none. */
function detailOf(details: readonly JsonObject[], type: string): JsonObject {
  return details.find((detail) => stringOf(detail['@type'])?.endsWith(`google.rpc.${type}`)) ?? {};
}

/** A duration in ProtoJSON: `34s`, `0.5s`. */
function parseDelay(value: unknown): number | undefined {
  const match = /^(\d+(?:\.\d+)?)s$/.exec(stringOf(value) ?? '');
  return match === null ? undefined : Math.ceil(Number(match[1]) * 1000);
}

function statusOf(error: JsonObject): number | undefined {
  const code = countOf(error['code']);
  return code !== undefined && code >= 400 && code < 600 ? code : undefined;
}
