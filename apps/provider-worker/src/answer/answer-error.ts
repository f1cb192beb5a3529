import { ERROR_CODES, GatewayError, type GatewayErrorData } from '@switchyard/canonical';
import { isAccountWide } from '@switchyard/dialects';
import type { AttemptError } from '@switchyard/wire';

import type { Answer } from '../call/call-upstream.js';
import { attemptUrl } from '../prepare/attempt-url.js';
import type { AnswerContext } from './answer-context.js';
import { passthroughHeaders } from './answer-headers.js';
import { ruleFor } from './error-rules.js';
import { readUpTo } from './read-whole.js';

const ERROR_LIMIT_BYTES = 1024 * 1024;

/** An upstream's refusal, attributed, with the answer a client would get for it. */
export async function answerError(context: AnswerContext, answer: Answer): Promise<AttemptError> {
  const { client, upstream, open, now } = context;
  const { status, headers } = answer;
  const { bytes, whole } = await readUpTo(answer.body, ERROR_LIMIT_BYTES);
  if (isWrongAddress(answer)) return wrongAddress(context, answer).toData();
  const body = bytes.toString('utf8');
  const error = upstream.decodeError({ status, headers, body }, now());
  const seen = client.id === upstream.id && whole && mayBeSeen(error);
  return {
    ...error,
    ...attribution(context, answer, body),
    answer: seen ? ownAnswer(context, answer, body) : client.encodeError(error, open.requestId),
  };
}

/** What the code alone does not tell: a quota of the whole account, and what the operator's rules say. */
function attribution(
  { target }: AnswerContext,
  { status, headers }: Answer,
  text: string,
): Pick<AttemptError, 'scope' | 'rule'> {
  const rule = ruleFor(target.credential.errorRules ?? [], { status, text });
  return {
    ...(status === 429 && isAccountWide(headers) ? { scope: 'credential' } : {}),
    ...(rule === undefined ? {} : { rule }),
  };
}

/** A page where an API should be: the operator has given an address that is not the API's. */
export function wrongAddress({ open, target }: AnswerContext, { status }: Answer): GatewayError {
  const { credential } = target;
  const url = attemptUrl(target, open);
  const message =
    `${url.host} answered ${url.pathname} with a web page or a redirect (HTTP ${status}) instead of an API's answer: ` +
    `the base-url of credential ${credential.id} is most likely wrong`;
  return new GatewayError('upstream_malformed', message, { upstream: { status } });
}

export function isHtml({ headers }: Answer): boolean {
  return headers['content-type']?.startsWith('text/html') ?? false;
}

function isWrongAddress(answer: Answer): boolean {
  const { status } = answer;
  return status < 400 || (isHtml(answer) && (status === 404 || status === 405));
}

/** What an upstream says of a credential is its owner's business: it may quote the key. */
function mayBeSeen({ code }: GatewayErrorData): boolean {
  return ERROR_CODES[code].scope === 'request' || code === 'upstream_rate_limited';
}

function ownAnswer({ target }: AnswerContext, { status, headers }: Answer, body: string): AttemptError['answer'] {
  const { 'content-type': contentType = 'application/json', 'retry-after': retryAfter } = headers;
  return {
    status,
    headers: {
      ...(target.passthroughHeaders ? passthroughHeaders(headers) : {}),
      'content-type': contentType,
      ...(retryAfter === undefined ? {} : { 'retry-after': retryAfter }),
    },
    body,
  };
}
