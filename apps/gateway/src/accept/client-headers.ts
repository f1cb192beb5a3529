import type { IncomingHttpHeaders } from 'node:http';

// Hop-by-hop headers (RFC 9110, section 7.6.1), what describes this connection's body, and what identifies the client
// to us: none of it is a worker's business, and the client's key must not leave the gateway.
const KEPT_HERE: ReadonlySet<string> = new Set([
  'authorization',
  'proxy-authorization',
  'x-api-key',
  'x-goog-api-key',
  'cookie',
  'host',
  'connection',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'sec-websocket-extensions',
  'sec-websocket-key',
  'sec-websocket-protocol',
  'sec-websocket-version',
  'expect',
  'content-length',
  'content-encoding',
  'accept-encoding',
  'traceparent',
  'tracestate',
]);

/** The client's headers that may travel to a worker, which hands on only those its provider understands. */
export function forwardableHeaders(headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
  const forwardable: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined || KEPT_HERE.has(name)) continue;
    forwardable[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return forwardable;
}

/** A header's single value, lower-case name. */
export function headerOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.[0];
}
