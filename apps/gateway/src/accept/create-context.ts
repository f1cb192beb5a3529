import type { Tracing } from '@switchyard/telemetry';

import { headerOf } from './client-headers.js';
import type { RequestContext } from './request-context.js';

/** What is known of a request when it comes. */
export function createContext(
  parts: Pick<RequestContext, 'surface' | 'request' | 'requestId' | 'signal'>,
  tracing: Tracing,
): RequestContext {
  const { surface, request, requestId, signal } = parts;
  const { headers, method } = request;
  // All that is learnt later is here from the start, so that all contexts are of one kind.
  return {
    surface,
    request,
    requestId,
    signal,
    receivedAtMs: performance.now(),
    attempts: [],
    attemptsBegun: 0,
    span: tracing.startSpan(`${method} ${surface.path}`, {
      kind: 'server',
      traceparent: headerOf(headers, 'traceparent'),
      tracestate: headerOf(headers, 'tracestate'),
      attributes: { 'http.request.method': method ?? '', 'http.route': surface.path, 'url.scheme': 'http' },
    }),
    caller: undefined,
    facts: undefined,
    resolution: undefined,
    grant: undefined,
    standings: undefined,
    bodyBytes: undefined,
    snapshotVersion: undefined,
    firstByteAtMs: undefined,
    overheadMs: undefined,
  };
}
