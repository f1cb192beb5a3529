import type { GatewayErrorData } from '@switchyard/canonical';
import { dialectById } from '@switchyard/dialects';
import type { AttemptError } from '@switchyard/wire';

import type { ClientResponse } from '../accept/http-exchange.js';
import type { RequestContext } from '../accept/request-context.js';
import { standingHeaders } from './answer-headers.js';

export interface ErrorAnswer {
  readonly context: {
    readonly requestId: string;
    readonly surface: Pick<RequestContext['surface'], 'dialect' | 'framing'>;
    readonly attemptsBegun: number;
    readonly standings?: RequestContext['standings'];
  };
  readonly error: GatewayErrorData | AttemptError;
}

/** Answers a request that got no content, in the caller's dialect; a worker's ready-made answer goes out as it is. */
export function answerError(response: ClientResponse, { context, error }: ErrorAnswer): void {
  if (response.headersSent || response.isGone) return;
  const { requestId, surface, attemptsBegun } = context;
  const readyMade = 'answer' in error ? error.answer : undefined;
  const answer = readyMade ?? dialectById(surface.dialect).encodeError(error, requestId);
  const body = surface.framing === 'json-array' ? asArray(answer.body) : answer.body;
  response.writeHead(answer.status, {
    ...retryAfter(error),
    ...answer.headers,
    'content-length': String(Buffer.byteLength(body)),
    'x-request-id': requestId,
    ...(attemptsBegun > 0 ? { 'x-switchyard-attempts': String(attemptsBegun) } : {}),
    ...standingHeaders(context),
  });
  response.end(body);
}

/**
 * A stream that is one JSON array is one when it fails at once, too: Google then answers `[{"error": ...}]`. (Such an answer
 * is in google-gemini/gemini-cli, issue 14831)
 */
function asArray(body: string): string {
  return body.trimStart().startsWith('[') ? body : `[${body}]`;
}

/** For an upstream's own words that say nothing of it. */
function retryAfter({ retryAfterMs }: ErrorAnswer['error']): Readonly<Record<string, string>> {
  return retryAfterMs === undefined ? {} : { 'retry-after': String(Math.max(1, Math.ceil(retryAfterMs / 1_000))) };
}
