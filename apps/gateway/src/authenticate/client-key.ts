import type { IncomingHttpHeaders } from 'node:http';

import { headerOf } from '../accept/client-headers.js';

/** The key a client presents: `Authorization: Bearer`, else `x-api-key`, else `x-goog-api-key`. */
export function clientKeyOf(headers: IncomingHttpHeaders): string | undefined {
  const { authorization } = headers;
  if (authorization !== undefined) {
    const [scheme, token, ...rest] = authorization.trim().split(/\s+/);
    return scheme?.toLowerCase() === 'bearer' && rest.length === 0 ? token : undefined;
  }
  return headerOf(headers, 'x-api-key') ?? headerOf(headers, 'x-goog-api-key');
}
