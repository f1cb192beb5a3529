/** Response headers that belong to one connection or to the upstream's own site, or that this gateway sets itself. */
const OWNED_HEADERS: ReadonlySet<string> = new Set([
  'alt-svc',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'date',
  'keep-alive',
  'nel',
  'proxy-authenticate',
  'report-to',
  'server',
  'set-cookie',
  'strict-transport-security',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'vary',
  'via',
  'www-authenticate',
  'x-request-id',
]);

/** Other gateways on the way tell of their insides with these; so would an upstream that is a Switchyard itself. */
const GATEWAY_PREFIXES = [
  'access-control-',
  'cf-',
  'helicone-',
  'proxy-',
  'x-bt-',
  'x-kong-',
  'x-litellm-',
  'x-portkey-',
  'x-switchyard-',
];

const DROPPED_HEADER_LIMIT = 1024;

export interface AnswerHeadersInput {
  readonly upstream: Readonly<Record<string, string>>;
  readonly passthrough: boolean;
  readonly contentType: string;
  readonly dropped: readonly string[];
}

/** The headers of an answer to the client. */
export function answerHeaders(input: AnswerHeadersInput): Record<string, string> {
  const { upstream, passthrough, contentType, dropped } = input;
  const headers = passthrough ? passthroughHeaders(upstream) : {};
  headers['content-type'] = contentType;
  if (contentType.startsWith('text/event-stream')) {
    // Buffering proxies before us would hold a stream back. (nginx, proxy_buffering)
    headers['cache-control'] = 'no-cache';
    headers['x-accel-buffering'] = 'no';
  }
  if (dropped.length > 0) headers['x-switchyard-dropped'] = listFields(dropped);
  return headers;
}

/** The upstream's headers that a client may see. */
export function passthroughHeaders(upstream: Readonly<Record<string, string>>): Record<string, string> {
  const allowed: Record<string, string> = {};
  for (const [name, value] of Object.entries(upstream)) {
    if (OWNED_HEADERS.has(name) || GATEWAY_PREFIXES.some((prefix) => name.startsWith(prefix))) continue;
    allowed[name] = value;
  }
  return allowed;
}

/** Field names come from the client's body, so only what a header may hold is kept of them. */
function listFields(fields: readonly string[]): string {
  const text = fields.map((field) => field.replaceAll(/[^\x21-\x2b\x2d-\x7e]/g, '?')).join(', ');
  return text.length <= DROPPED_HEADER_LIMIT ? text : `${text.slice(0, DROPPED_HEADER_LIMIT)}...`;
}
