import { isIP } from 'node:net';

import { lookUp } from '@switchyard/canonical';
import { STRATEGIES, type ErrorRule, type Hedge, type Rescue, type Strategy } from '@switchyard/routing';
import { z } from 'zod';

import { duration, text } from './fields.js';

/** cliproxyapi's names for strategies, and its short forms. */
const SYNONYMS: Readonly<Record<string, Strategy>> = {
  rr: 'round-robin',
  roundrobin: 'round-robin',
  'weighted-round-robin': 'weighted',
  ff: 'fill-first',
  fillfirst: 'fill-first',
};

export const strategy = z.string().transform((value, context): Strategy => {
  const known = lookUp(SYNONYMS, value) ?? STRATEGIES.find((name) => name === value);
  if (known !== undefined) return known;
  context.addIssue({
    code: 'custom',
    message: 'is not a strategy',
    params: { remedy: `write one of ${STRATEGIES.join(', ')}` },
  });
  return z.NEVER;
});

export const hedge = z
  .object({
    after: z.union([z.literal('p95'), duration]).default('p95'),
    'max-extra': z.number().positive().max(1).default(0.05),
  })
  .transform((entry): Hedge => ({ after: entry.after, maxExtra: entry['max-extra'] }));

export const rescue = z
  .object({
    text: z.enum(['continue', 'error']).default('continue'),
    tools: z
      .enum(['continue', 'error'])
      .refine((value) => value === 'error', {
        error: 'can only be error',
        params: { remedy: 'remove it; half a tool call is never completed by another model' },
      })
      .default('error'),
  })
  .transform((entry): Rescue => entry);

/** A rule of cliproxyapi's `request-scoped-errors`: a status, and texts or regular expressions of which one must be found. */
export const errorRule = z
  .object({
    status: z.int().min(100).max(599).optional(),
    match: z.union([text.transform((value) => [value]), z.array(text)]).optional(),
    'match-regexr': z.union([text.transform((value) => [value]), z.array(text)]).optional(),
    action: z.enum(['stop', 'stop-and-cooldown', 'continue', 'continue-and-cooldown']),
  })
  .transform((entry, context): ErrorRule => {
    const patterns = [...(entry.match ?? []).map((value) => escaped(value)), ...(entry['match-regexr'] ?? [])];
    const unreadable = patterns.find((pattern) => !isRegularExpression(pattern));
    if (unreadable !== undefined || (entry.status === undefined && patterns.length === 0)) {
      const message =
        unreadable === undefined ? 'names neither a status nor a text' : `"${unreadable}" is not a regular expression`;
      const remedy = 'write for example { status: 400, match: [quota], action: continue-and-cooldown }';
      context.addIssue({ code: 'custom', message, params: { remedy } });
      return z.NEVER;
    }
    return {
      ...(entry.status && { status: entry.status }),
      ...(patterns.length > 0 && { pattern: patterns.map((pattern) => `(?:${pattern})`).join('|') }),
      action: entry.action,
    };
  });

/** An address or a network in CIDR form. */
export const network = z.string().refine(isNetwork, {
  error: 'is not an address or a network',
  params: { remedy: 'write for example 10.0.0.0/8, 192.0.2.7 or fd00::/8' },
});

const price = z.number().min(0);

/** One line of a price list, in dollars for a million tokens. */
export const priceEntry = z.object({
  provider: text.optional(),
  model: text,
  input: price,
  output: price,
  'cache-read': price.optional(),
  'cache-write-5m': price.optional(),
  'cache-write-1h': price.optional(),
});

function escaped(value: string): string {
  return value.replaceAll(/[$()*+.?[\\\]^{|}]/gu, String.raw`\$&`);
}

function isRegularExpression(pattern: string): boolean {
  try {
    new RegExp(pattern, 'iu');
    return true;
  } catch {
    return false;
  }
}

function isNetwork(value: string): boolean {
  const [address = '', bits, ...rest] = value.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/u.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}
