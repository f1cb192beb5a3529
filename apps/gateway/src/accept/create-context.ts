import type { Tracing } from '@switchyard/telemetry';

import { headerOf } from './client-headers.js';
import type { RequestContext } from './request-context.js';

/** What is known of a request when it comes. */
export function createContext(
  parts: Pick<RequestContext, 'surface' | 'request' | 'requestId' | 'signal'>,
  tracing: Tracing,
): RequestContext {
  const { headers, method } = parts.request;
  return {
    ...parts,
    receivedAtMs: performance.now(),
    attempts: [],
    attemptsBegun: 0,
    span: tracing.startSpan(`${method} ${parts.surface.path}`, {
      kind: 'server',
      traceparent: headerOf(headers, 'traceparent'),
      tracestate: headerOf(headers, 'tracestate'),
      attributes: { 'http.request.method': method ?? '', 'http.route': parts.surface.path, 'url.scheme': 'http' },
    }),
  };
}
