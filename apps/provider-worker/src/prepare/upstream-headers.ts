import { isMultipart } from '@switchyard/dialects';
import type { AttemptOpen } from '@switchyard/wire';

import type { Target } from './resolve-target.js';

/** Set by the connection itself; a configured value could only break it. */
const CONNECTION_HEADERS: ReadonlySet<string> = new Set([
  'accept-encoding',
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

export interface TraceHeaders {
  readonly traceparent: string;
  readonly tracestate: string | undefined;
}

/** The headers of the call, lower-case. What the operator configured for the credential wins over everything before it. */
export function upstreamHeaders(open: AttemptOpen, target: Target, trace: TraceHeaders): Record<string, string> {
  return {
    ...contentHeaders(open),
    'user-agent': 'switchyard',
    ...target.provider.headers,
    ...forwardedHeaders(open, target),
    ...authHeader(target),
    ...credentialHeaders(open, target),
    traceparent: trace.traceparent,
    ...(trace.tracestate === undefined ? {} : { tracestate: trace.tracestate }),
  };
}

/** Text and counts come as JSON or events; what is relayed beside them is what the client says that it is and wants. */
function contentHeaders({ operation, stream, headers }: AttemptOpen): Record<string, string> {
  const json = 'application/json';
  switch (operation) {
    case 'chat':
    case 'completions':
    case 'count-tokens':
      return { 'content-type': json, accept: stream ? 'text/event-stream' : json };
    default: {
      const { 'content-type': sent = json, accept = '*/*' } = headers;
      return { 'content-type': isMultipart(sent) ? sent : json, accept };
    }
  }
}

function forwardedHeaders(open: AttemptOpen, target: Target): Record<string, string> {
  const { forwardedHeaders: patterns } = target.provider;
  const entries = Object.entries(open.headers);
  return Object.fromEntries(entries.filter(([name]) => patterns.some((pattern) => matches(pattern, name))));
}

function matches(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

function authHeader({ provider, secret }: Target): Record<string, string> {
  if (secret === undefined) return {};
  switch (provider.auth.type) {
    case 'bearer':
      return { authorization: `Bearer ${secret}` };
    case 'header':
      return { [provider.auth.name]: secret };
    case 'none':
      return {};
  }
}

/** A value `$Name` copies the client's header, and is left out where the client sent none. */
function credentialHeaders(open: AttemptOpen, target: Target): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [writtenName, writtenValue] of Object.entries(target.credential.headers)) {
    const name = writtenName.toLowerCase();
    const value = writtenValue.startsWith('$') ? open.headers[writtenValue.slice(1).toLowerCase()] : writtenValue;
    if (value !== undefined && !CONNECTION_HEADERS.has(name)) headers[name] = value;
  }
  return headers;
}
