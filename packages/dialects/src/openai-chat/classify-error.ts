import { ERROR_CODES, lookUp, type ErrorCode, type GatewayErrorData } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { cleanWords } from '../errors/clean-words.js';
import { isJsonObject } from '../json/json-object.js';
import { objectOf, objectsOf, stringOf, wordOf } from '../json/read-json.js';

/** What an error body says, in whichever of the vendors' shapes. */
interface ErrorFacts {
  readonly message: string;
  readonly type?: string | undefined;
  readonly code?: string | undefined;
  readonly param?: string | undefined;
  /** Whether the body has the shape of an API's error at all. */
  readonly isStructured: boolean;
  /** Whether a moderation refused the prompt (OpenRouter). */
  readonly isFlagged: boolean;
}

/** Words that say more than the status does. */
const TELLING_WORDS: Readonly<Record<string, ErrorCode>> = {
  context_length_exceeded: 'upstream_context_length',
  content_filter: 'upstream_content_filter',
  content_policy_violation: 'upstream_content_filter',
  insufficient_quota: 'upstream_payment_required',
  billing_hard_limit_reached: 'upstream_payment_required',
  model_not_found: 'upstream_model_not_found',
  invalid_api_key: 'upstream_auth_failed',
  // Groq also says so with status 413, when one request is over the tokens of a minute. (Groq documentation, "Errors")
  rate_limit_exceeded: 'upstream_rate_limited',
};

/** Words that only say which kind of status it would be, for errors inside a stream. */
const KIND_WORDS: Readonly<Record<string, ErrorCode>> = {
  invalid_request_error: 'upstream_invalid_request',
  authentication_error: 'upstream_auth_failed',
  permission_error: 'upstream_auth_failed',
  not_found_error: 'upstream_model_not_found',
  rate_limit_error: 'upstream_rate_limited',
  overloaded_error: 'upstream_overloaded',
  service_unavailable: 'upstream_overloaded',
  timeout: 'upstream_timeout',
};

const CONTEXT_LENGTH =
  /maximum context length|context window|context length|prompt is too long|too many (input )?tokens/i;
const REFUSED_KEY = /(incorrect|invalid) api key|api key (is )?(not valid|invalid)/i;

export interface AnswerFacts {
  readonly status?: number | undefined;
  readonly retryAfterMs?: number | undefined;
}

/**
 * Says which of our codes an error body means: of an answer with a status, or of an event inside a stream, where a
 * numeric `code` stands for it (OpenRouter).
 */
export function classifyError(body: unknown, answer: AnswerFacts = {}): GatewayErrorData {
  const facts = readFacts(body);
  const status = answer.status ?? statusOf(facts.code);
  const code = chooseCode(facts, status);
  const keepsStatus = code === 'upstream_invalid_request' && status !== undefined && status >= 400 && status < 500;
  return {
    code,
    message: describe(code, facts, status),
    status: keepsStatus ? status : ERROR_CODES[code].status,
    param: facts.param,
    retryAfterMs: answer.retryAfterMs,
    upstream: { status, code: facts.code, type: facts.type },
  };
}

function chooseCode(facts: ErrorFacts, status: number | undefined): ErrorCode {
  const telling = lookUp(TELLING_WORDS, facts.code) ?? lookUp(TELLING_WORDS, facts.type);
  if (telling !== undefined) return telling;
  if (facts.isFlagged) return 'upstream_content_filter';
  if (status !== undefined && status >= 400) return codeForStatus(facts, status);
  if (CONTEXT_LENGTH.test(facts.message)) return 'upstream_context_length';
  return lookUp(KIND_WORDS, facts.code) ?? lookUp(KIND_WORDS, facts.type) ?? 'upstream_server_error';
}

function codeForStatus(facts: ErrorFacts, status: number): ErrorCode {
  switch (status) {
    case 401:
    case 403:
      return 'upstream_auth_failed';
    case 402:
      return 'upstream_payment_required';
    case 404:
    case 405:
      return codeForMissing(facts);
    case 408:
    case 504:
      return 'upstream_timeout';
    case 429:
      return 'upstream_rate_limited';
    case 503:
    case 529:
      return 'upstream_overloaded';
    default:
      if (status >= 500) return 'upstream_server_error';
      if (CONTEXT_LENGTH.test(facts.message)) return 'upstream_context_length';
      // xAI and Google answer a wrong key with 400.
      return REFUSED_KEY.test(facts.message) ? 'upstream_auth_failed' : 'upstream_invalid_request';
  }
}

/** A missing model, a missing thing the request names, or a path that the server does not have. */
function codeForMissing(facts: ErrorFacts): ErrorCode {
  if (/model|deployment/i.test(`${facts.code} ${facts.message}`)) return 'upstream_model_not_found';
  return facts.isStructured && facts.type === 'invalid_request_error'
    ? 'upstream_invalid_request'
    : 'upstream_malformed';
}

/** The upstream's own words, but for a refused account: there they may hold parts of a key, and only the operator can act. */
function describe(code: ErrorCode, facts: ErrorFacts, status: number | undefined): string {
  const suffix = status === undefined ? '' : ` (${status})`;
  switch (code) {
    case 'upstream_auth_failed':
      return `the provider refused the gateway's credential${suffix}`;
    case 'upstream_payment_required':
      return `the provider's account has no credit or quota left${suffix}`;
    case 'upstream_rate_limited':
      return facts.message === '' ? `the provider's rate limit is reached${suffix}` : facts.message;
    case 'upstream_malformed':
      return `the provider does not know this path${suffix}: its base URL is likely wrong`;
    default:
      return facts.message === '' ? `the provider failed${suffix} without saying why` : facts.message;
  }
}

function readFacts(body: unknown): ErrorFacts {
  const outer = Array.isArray(body) ? body[0] : body;
  if (typeof outer === 'string') return { message: cleanWords(outer), isStructured: false, isFlagged: false };
  const envelope = objectOf(outer);
  const inner = envelope['error'];
  if (typeof inner === 'string') return { ...readFields(envelope), message: cleanWords(inner) };
  return readFields(isJsonObject(inner) ? inner : envelope);
}

function readFields(error: JsonObject): ErrorFacts {
  const metadata = objectOf(error['metadata']);
  const { code } = error;
  return {
    message: cleanWords([readMessage(error), wordOf(metadata['raw'])].filter(Boolean).join(': ')),
    type: wordOf(error['type']),
    code: typeof code === 'number' ? String(code) : wordOf(code),
    param: wordOf(error['param']),
    isStructured: typeof error['message'] === 'string',
    isFlagged: metadata['flagged_input'] !== undefined || Array.isArray(metadata['reasons']),
  };
}

/** FastAPI servers say `detail`, a text or a list of `{loc, msg}`; Mistral has such a list inside `message`. */
function readMessage(error: JsonObject): string {
  const detail = objectOf(error['message'])['detail'] ?? error['detail'];
  const message = stringOf(error['message']) ?? stringOf(detail);
  if (message !== undefined) return message;
  return objectsOf(detail)
    .map((item) => [locate(item['loc']), stringOf(item['msg'])].filter(Boolean).join(': '))
    .join('; ');
}

function locate(location: unknown): string {
  return Array.isArray(location) ? location.join('.') : '';
}

function statusOf(code: string | undefined): number | undefined {
  return code !== undefined && /^[45]\d\d$/.test(code) ? Number(code) : undefined;
}
