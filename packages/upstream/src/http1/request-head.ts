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

type NameKind = 'sent' | 'own' | 'forbidden';

/** How many names are remembered. */
const MAX_KNOWN = 1000;

const knownNames = new Map<string, NameKind>();

/**
 * All of a request before its body, in Latin-1. Undefined where a header holds a character that HTTP does not allow: sent as it is, it
 * could end the header and begin another.
 */
export function writeRequestHead(address: Address, request: UpstreamRequest): string | undefined {
  const { method, headers, body } = request;
  const host = headers['host'] ?? address.host;
  if (FORBIDDEN_IN_VALUE.test(host)) return undefined;
  let head = `${method} ${address.path} HTTP/1.1\r\nhost: ${host}\r\nconnection: keep-alive\r\naccept-encoding: identity\r\n`;
  for (const name in headers) {
    const value = headers[name];
    const kind = kindOf(name);
    if (value === undefined || kind === 'own') continue;
    if (kind === 'forbidden' || FORBIDDEN_IN_VALUE.test(value)) return undefined;
    head += `${name}: ${value}\r\n`;
  }
  if (body !== undefined || method === 'POST') head += `content-length: ${body?.length ?? 0}\r\n`;
  return `${head}\r\n`;
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
