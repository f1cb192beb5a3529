import type { Price } from '@switchyard/routing';
import { z } from 'zod';

import { priceEntry } from './policy-fields.js';
import { parseYaml } from './yaml-source.js';

const listSchema = z.array(priceEntry);

export type PriceList =
  | { readonly type: 'prices'; readonly prices: readonly Price[] }
  | { readonly type: 'unreadable'; readonly message: string };

/** Reads a price list: YAML, a list of models with their prices in dollars for a million tokens. */
export function parsePriceList(yaml: string): PriceList {
  const source = parseYaml(yaml);
  if ('errors' in source) return { type: 'unreadable', message: source.errors[0]?.message ?? 'not readable as YAML' };
  const parsed = listSchema.safeParse(source.value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { type: 'unreadable', message: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is not a price'}` };
  }
  return { type: 'prices', prices: parsed.data.map(priceOf) };
}

/** In millionths of a dollar for a million tokens, which is what snapshots count in. */
export function priceOf(entry: z.output<typeof priceEntry>): Price {
  const micros = (usd: number): number => Math.round(usd * 1_000_000);
  const { provider, model, input, output } = entry;
  return {
    ...(provider === undefined ? {} : { provider }),
    model,
    input: micros(input),
    output: micros(output),
    ...(entry['cache-read'] !== undefined && { cacheRead: micros(entry['cache-read']) }),
    ...(entry['cache-write-5m'] !== undefined && { cacheWrite5m: micros(entry['cache-write-5m']) }),
    ...(entry['cache-write-1h'] !== undefined && { cacheWrite1h: micros(entry['cache-write-1h']) }),
  };
}
