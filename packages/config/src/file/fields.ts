import { z } from 'zod';

/** The example keys of cliproxyapi's documents: everybody knows them. */
const EXAMPLE_KEYS = new Set(['your-api-key-1', 'your-api-key-2', 'your-api-key-3']);

const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

export const text = z.string().min(1);

/** What is sent as an HTTP header's value, and therefore visible ASCII. */
export const secret = text.refine((value) => /^[\x21-\x7e]+$/u.test(value), {
  error: 'holds spaces, line breaks or letters that a header cannot carry',
  params: { remedy: 'copy the key again; it is one word of ASCII characters' },
});

export const clientKey = secret.refine((value) => !EXAMPLE_KEYS.has(value), {
  error: 'is an example key that everybody knows',
  params: { remedy: 'replace it by a key of your own, for example from: openssl rand -hex 32' },
});

/** cliproxyapi trims spaces and slashes, and drops a prefix that still holds a slash. The last is an error here. */
export const prefix = z
  .string()
  .transform((value) => value.replaceAll(/^[\s/]+|[\s/]+$/gu, ''))
  .refine((value) => !value.includes('/'), {
    error: 'must not contain "/"',
    params: { remedy: 'write a single word; only what follows the prefix may have slashes' },
  })
  .transform((value) => (value === '' ? undefined : value));

export const baseUrl = text
  .refine(isHttpUrl, {
    error: 'must be an http:// or https:// address',
    params: { remedy: 'write the whole address, for example https://api.example.com/v1' },
  })
  .refine((value) => !/[?#]/u.test(value), {
    error: 'must not have a query or a fragment',
    params: { remedy: 'end it before "?" or "#"; paths are appended to it' },
  })
  .transform((value) => value.replace(/\/+$/u, ''));

export const proxyUrl = z.string().refine(isProxy, {
  error: 'must be a proxy’s address, or "direct"',
  params: { remedy: 'write http://, https:// or socks5:// and the host, or "direct" for no proxy' },
});

/** Milliseconds, from `250ms`, `30s`, `10m` or `24h`. */
export const duration = z.union([z.string(), z.number()], 'must be a duration').transform((value, context) => {
  const match = /^(?<count>\d+(?:\.\d+)?)(?<unit>ms|s|m|h)$/u.exec(String(value));
  const unit = match?.groups?.['unit'];
  const ms = Math.round(Number(match?.groups?.['count']) * (isUnit(unit) ? UNIT_MS[unit] : Number.NaN));
  if (ms > 0) return ms;
  const remedy = 'write a number and its unit: 250ms, 30s, 10m or 24h';
  context.addIssue({ code: 'custom', message: 'must be a duration above zero', params: { remedy } });
  return z.NEVER;
});

/** Milliseconds since 1970, from an ISO 8601 date, or date and time with its offset. */
export const instant = text.transform((value, context) => {
  const isIso = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2}))?$/u.test(value);
  const ms = isIso ? Date.parse(value) : Number.NaN;
  if (!Number.isNaN(ms)) return ms;
  context.addIssue({ code: 'custom', message: 'must be a date, or a date and time with its offset' });
  return z.NEVER;
});

export const headers = z.record(
  z.string().regex(/^[!#$%&'*+.^_`|~\w-]+$/u, 'is not a header’s name'),
  z.string().refine((value) => /^[\x20-\x7e]*$/u.test(value), 'holds characters that a header cannot carry'),
);

function isUnit(unit: string | undefined): unit is keyof typeof UNIT_MS {
  return unit !== undefined && Object.hasOwn(UNIT_MS, unit);
}

function isHttpUrl(value: string): boolean {
  return URL.canParse(value) && ['http:', 'https:'].includes(new URL(value).protocol);
}

function isProxy(value: string): boolean {
  if (value === '' || value === 'direct' || value === 'none') return true;
  return URL.canParse(value) && ['http:', 'https:', 'socks5:'].includes(new URL(value).protocol);
}
