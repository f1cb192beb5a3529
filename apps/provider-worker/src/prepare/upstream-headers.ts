import { lookUp } from '@switchyard/canonical';
import { isMultipart } from '@switchyard/dialects';
import type { Provider } from '@switchyard/providers';
import type { WorkerCredential } from '@switchyard/routing';
import type { AttemptOpen } from '@switchyard/wire';

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

type Headers = Readonly<Record<string, string>>;

/** The headers of one call: none is in both. */
export interface CallHeaders {
  /** The same object for all calls that can have it. */
  readonly shared: Headers | undefined;
  readonly own: Headers;
}

export interface HeaderSource {
  readonly provider: Provider;
  readonly credential: WorkerCredential;
  /** In the clear. */
  readonly secret: string | undefined;
}

/**
 * The headers of the calls with one credential, lower-case: most of them are the same for every call, and are put together
 * once. What the operator configured for the credential wins over everything before it.
 */
export class UpstreamHeaders {
  /** Before what the client's headers may add. */
  readonly #general: Headers;
  readonly #isForwarded: (name: string) => boolean;
  /** After it. */
  readonly #own: Headers;
  readonly #copies: readonly Copy[];
  /** Whether nothing that differs by the call takes the place of what does not. */
  readonly #isShared: boolean;
  /** All headers of a call for text to which the client's add nothing. */
  readonly #whole: Headers;
  readonly #stream: Headers;

  constructor({ provider, credential, secret }: HeaderSource) {
    const { fixed, copies } = configuredHeaders(credential);
    this.#general = { 'user-agent': 'switchyard', ...provider.headers };
    this.#isForwarded = matcher(provider.forwardedHeaders);
    this.#own = { ...authHeader(provider, secret), ...fixed };
    this.#copies = copies;
    this.#whole = { ...WHOLE, ...this.#general, ...this.#own };
    this.#stream = { ...STREAM, ...this.#general, ...this.#own };
    this.#isShared = copies.length === 0 && !('traceparent' in this.#whole) && !('tracestate' in this.#whole);
  }

  /** The headers of one call. */
  of(open: AttemptOpen, trace: TraceHeaders): CallHeaders {
    const forwarded = this.#forwarded(open.headers);
    const common = forwarded === undefined && isForText(open) ? this.#common(open) : undefined;
    if (common !== undefined && this.#isShared) return { shared: common, own: traced({}, trace) };
    const headers = { ...(common ?? { ...contentHeaders(open), ...this.#general, ...forwarded, ...this.#own }) };
    for (const { name, from } of this.#copies) {
      const value = lookUp(open.headers, from);
      if (value !== undefined) headers[name] = value;
    }
    return { shared: undefined, own: traced(headers, trace) };
  }

  #common({ stream }: AttemptOpen): Headers {
    return stream ? this.#stream : this.#whole;
  }

  #forwarded(headers: Headers): Headers | undefined {
    let forwarded: Record<string, string> | undefined;
    for (const name in headers) {
      const value = headers[name];
      if (value === undefined || !this.#isForwarded(name)) continue;
      forwarded ??= {};
      forwarded[name] = value;
    }
    return forwarded;
  }
}

function traced(headers: Record<string, string>, { traceparent, tracestate }: TraceHeaders): Headers {
  headers['traceparent'] = traceparent;
  if (tracestate !== undefined) headers['tracestate'] = tracestate;
  return headers;
}

/** A header that has the value of one of the client's. */
interface Copy {
  readonly name: string;
  readonly from: string;
}

const JSON_TYPE = 'application/json';
const WHOLE: Headers = { 'content-type': JSON_TYPE, accept: JSON_TYPE };
const STREAM: Headers = { 'content-type': JSON_TYPE, accept: 'text/event-stream' };

function isForText({ operation }: AttemptOpen): boolean {
  return operation === 'chat' || operation === 'completions' || operation === 'count-tokens';
}

/** Text and counts come as JSON or events; what is relayed beside them is what the client says that it is and wants. */
function contentHeaders(open: AttemptOpen): Headers {
  if (isForText(open)) return open.stream ? STREAM : WHOLE;
  const { 'content-type': sent = JSON_TYPE, accept = '*/*' } = open.headers;
  return { 'content-type': isMultipart(sent) ? sent : JSON_TYPE, accept };
}

/** Whether a client's header is one of these; a pattern that ends in `*` is the beginning of its names. */
function matcher(patterns: readonly string[]): (name: string) => boolean {
  const names = new Set(patterns);
  const beginnings = patterns.filter((pattern) => pattern.endsWith('*')).map((pattern) => pattern.slice(0, -1));
  return (name) => names.has(name) || beginnings.some((beginning) => name.startsWith(beginning));
}

function authHeader(provider: Provider, secret: string | undefined): Headers {
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
function configuredHeaders({ headers }: WorkerCredential): {
  readonly fixed: Headers;
  readonly copies: readonly Copy[];
} {
  const fixed: Record<string, string> = {};
  const copies: Copy[] = [];
  for (const [writtenName, value] of Object.entries(headers)) {
    const name = writtenName.toLowerCase();
    if (CONNECTION_HEADERS.has(name)) continue;
    if (value.startsWith('$')) copies.push({ name, from: value.slice(1).toLowerCase() });
    else fixed[name] = value;
  }
  return { fixed, copies };
}
