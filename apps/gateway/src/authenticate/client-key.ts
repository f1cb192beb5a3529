import type { DialectId } from '@switchyard/canonical';

import { headerOf } from '../accept/client-headers.js';
import type { ClientRequest } from '../accept/http-exchange.js';

const BEARER = 'Bearer ';
// As nearly everybody writes it.
const PLAIN_BEARER = /^Bearer \S+$/;

/**
 * The key a client presents: `Authorization: Bearer`, else `x-api-key`, else `x-goog-api-key`. On Gemini's routes `?key=`
 * too, as its own clients send it; nowhere else, since URLs end up in logs.
 */
export function clientKeyOf(request: Pick<ClientRequest, 'headers' | 'url'>, dialect: DialectId): string | undefined {
  const { headers, url = '' } = request;
  const { authorization } = headers;
  if (authorization !== undefined) {
    if (PLAIN_BEARER.test(authorization)) return authorization.slice(BEARER.length);
    const [scheme, token, ...rest] = authorization.trim().split(/\s+/);
    return scheme?.toLowerCase() === 'bearer' && rest.length === 0 ? token : undefined;
  }
  const inHeader = headerOf(headers, 'x-api-key') ?? headerOf(headers, 'x-goog-api-key');
  if (inHeader !== undefined || dialect !== 'gemini') return inHeader;
  const query = url.indexOf('?');
  return query < 0 ? undefined : (new URLSearchParams(url.slice(query)).get('key') ?? undefined);
}
