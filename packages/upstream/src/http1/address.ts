/** How many are kept. A provider has few, but for those with the model's name in the path. */
const MAX_KNOWN = 1000;

/** A URL as a request and a socket need it. */
export interface Address {
  readonly origin: string;
  readonly isSecure: boolean;
  readonly hostname: string;
  readonly port: number;
  /** The header, and the name in errors. */
  readonly host: string;
  /** With the query. */
  readonly path: string;
}

const known = new Map<string, Address>();

/** Each part of a URL is cut out of it anew when it is read; the same few are called all the time. */
export function addressOf(url: URL): Address {
  const address = known.get(url.href);
  if (address !== undefined) return address;
  const isSecure = url.protocol === 'https:';
  const read: Address = {
    origin: url.origin,
    isSecure,
    // An IPv6 address stands in brackets only within a URL.
    hostname: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(url.port) || (isSecure ? 443 : 80),
    host: url.host,
    path: `${url.pathname}${url.search}`,
  };
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(url.href, read);
  return read;
}
