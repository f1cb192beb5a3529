import type { UpstreamRequest } from '../upstream-call.js';
import type { Address } from './address.js';

const NAME = /^[!#$%&'*+.^_`|~\w-]+$/;
const FORBIDDEN_IN_VALUE = /[^\t\x20-\x7e\x80-\xff]/;

/** Set by the connection itself; another value could only break it. */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  'accept-encoding',
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

type Headers = Readonly<Record<string, string>>;

type NameKind = 'sent' | 'own' | 'forbidden';

/** How many names are remembered. */
const MAX_KNOWN = 1000;

const knownNames = new Map<string, NameKind>();

/**
 * All of a request before its body, in Latin-1. Undefined where a header holds a character that HTTP does not allow: sent as it is, it
 * could end the header and begin another.
 */
export function writeRequestHead(address: Address, request: UpstreamRequest): string | undefined {
  const { method, headers, sharedHeaders, body } = request;
  const host = headers['host'] ?? sharedHeaders?.['host'] ?? address.host;
  if (FORBIDDEN_IN_VALUE.test(host)) return undefined;
  const shared = sharedHeaders === undefined ? '' : sharedLinesOf(sharedHeaders);
  const own = linesOf(headers);
  if (shared === undefined || own === undefined) return undefined;
  const length = body !== undefined || method === 'POST' ? `content-length: ${body?.length ?? 0}\r\n` : '';
  return (
    `${method} ${address.path} HTTP/1.1\r\nhost: ${host}\r\nconnection: keep-alive\r\naccept-encoding: identity\r\n` +
    `${shared}${own}${length}\r\n`
  );
}

/** Headers as lines; undefined where one must not be sent. */
function linesOf(headers: Headers): string | undefined {
  let lines = '';
  for (const name in headers) {
    const value = headers[name];
    const kind = kindOf(name);
    if (value === undefined || kind === 'own') continue;
    if (kind === 'forbidden' || FORBIDDEN_IN_VALUE.test(value)) return undefined;
    lines += `${name}: ${value}\r\n`;
  }
  return lines;
}

const sharedLines = new WeakMap<Headers, string>();

function sharedLinesOf(headers: Headers): string | undefined {
  const known = sharedLines.get(headers);
  if (known !== undefined) return known;
  const lines = linesOf(headers);
  if (lines === undefined) return undefined;
  // What was added up stays a tree of its parts until it is read; this is one piece.
  const whole = Buffer.from(lines, 'latin1').toString('latin1');
  sharedLines.set(headers, whole);
  return whole;
}

function kindOf(name: string): NameKind {
  const known = knownNames.get(name);
  if (known !== undefined) return known;
  const kind = readKind(name);
  if (knownNames.size >= MAX_KNOWN) knownNames.clear();
  knownNames.set(name, kind);
  return kind;
}

function readKind(name: string): NameKind {
  if (!NAME.test(name)) return 'forbidden';
  return OWN_HEADERS.has(name.toLowerCase()) ? 'own' : 'sent';
}
