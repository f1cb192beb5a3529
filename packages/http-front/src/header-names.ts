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
  ROLES.flatMap(([name, role], place) => {
    const header: KnownHeader = { name, role, bit: 1 << place };
    return [name, capitalised(name)].map((spelling) => [spelling, header] as const);
  }),
);

// A token. (RFC 9110, section 5.6.2)
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** What is known of a header by its name as spelt; a lower-case name where nothing is; undefined where it is no name. */
export function headerNamed(spelling: string): KnownHeader | string | undefined {
  const known = KNOWN.get(spelling);
  if (known !== undefined) return known;
  if (!TOKEN.test(spelling)) return undefined;
  const name = spelling.toLowerCase();
  return KNOWN.get(name) ?? name;
}

function capitalised(name: string): string {
  return name.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase());
}
