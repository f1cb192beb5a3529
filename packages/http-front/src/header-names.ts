/** What a header is to the reader of heads. */
export type HeaderRole = 'plain' | 'host' | 'connection' | 'content-length' | 'forbidden';

export interface KnownHeader {
  /** Lower case. */
  readonly name: string;
  readonly role: HeaderRole;
  /** One bit for each, so that a second of the same name is seen at once. */
  readonly bit: number;
}

/** They change how a message is delimited or what the connection is for; node:http is the judge of that. */
const FORBIDDEN = ['transfer-encoding', 'upgrade', 'expect', 'trailer', 'proxy-connection', 'http2-settings'];

/** What clients commonly send, so that names need not be checked and made lower-case anew. At most 31 with the others. */
const COMMON = [
  'accept',
  'accept-encoding',
  'accept-language',
  'anthropic-beta',
  'anthropic-version',
  'authorization',
  'content-encoding',
  'content-type',
  'origin',
  'sec-fetch-mode',
  'traceparent',
  'tracestate',
  'user-agent',
  'x-api-key',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-goog-api-key',
  'x-request-id',
];

const ROLES: readonly (readonly [string, HeaderRole])[] = [
  ['host', 'host'],
  ['connection', 'connection'],
  ['content-length', 'content-length'],
  ...FORBIDDEN.map((name) => [name, 'forbidden'] as const),
  ...COMMON.map((name) => [name, 'plain'] as const),
];

const KNOWN: ReadonlyMap<string, KnownHeader> = new Map(
  ROLES.map(([name, role], place) => [name, { name, role, bit: 1 << place }]),
);

interface Spelling {
  readonly text: string;
  readonly header: KnownHeader;
}

/** As clients spell them, by what `kindOf` says: mostly one to a kind, so that no text is made of a name to look it up. */
const SPELLINGS: ReadonlyMap<number, readonly Spelling[]> = Map.groupBy(
  [...KNOWN.values()].flatMap((header) => [header.name, capitalised(header.name)].map((text) => ({ text, header }))),
  ({ text }) => kindOf(text, 0, text.length),
);

// A token. (RFC 9110, section 5.6.2)
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** What is known of the header whose name stands there; a lower-case name where nothing is; undefined where that is no name. */
export function headerAt(text: string, start: number, end: number): KnownHeader | string | undefined {
  const spellings = SPELLINGS.get(kindOf(text, start, end));
  if (spellings !== undefined) {
    for (const known of spellings) if (text.startsWith(known.text, start)) return known.header;
  }
  const spelling = text.slice(start, end);
  if (!TOKEN.test(spelling)) return undefined;
  const name = spelling.toLowerCase();
  return KNOWN.get(name) ?? name;
}

/** A number made of a name's length and first character. */
function kindOf(text: string, start: number, end: number): number {
  return ((end - start) << 8) | text.charCodeAt(start);
}

function capitalised(name: string): string {
  return name.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase());
}
