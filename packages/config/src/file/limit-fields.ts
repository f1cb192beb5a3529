import type { Budget, Limits } from '@switchyard/routing';
import { z } from 'zod';

import { duration, text } from './fields.js';

const count = z.int().positive();

const amounts = { usd: z.number().positive().optional(), tokens: count.optional() };

const budget = z
  .object({
    ...amounts,
    per: z.enum(['minute', 'hour', 'day', 'week', 'month']).optional(),
    rolling: duration.optional(),
  })
  .refine((entry) => (entry.usd === undefined) !== (entry.tokens === undefined), {
    error: 'must have either usd or tokens',
    params: { remedy: 'write two budgets to limit both: [{ usd: 50, per: day }, { tokens: 5000000, per: month }]' },
  })
  .refine((entry) => (entry.per === undefined) !== (entry.rolling === undefined), {
    error: 'must have either per or rolling',
    params: { remedy: 'write per: day for a calendar’s day in UTC, or rolling: 24h for the last 24 hours' },
  })
  .transform(({ usd, tokens, per, rolling }): Budget => ({
    ...(usd === undefined ? { unit: 'tokens', amount: tokens ?? 0 } : { unit: 'usd-micros', amount: micros(usd) }),
    window: rolling === undefined ? { type: 'calendar', unit: per ?? 'day' } : { type: 'rolling', ms: rolling },
  }));

const ceilings = {
  'requests-per-minute': count.optional(),
  'tokens-per-minute': count.optional(),
  concurrent: count.optional(),
  budgets: z.array(budget).optional(),
};

type CeilingsEntry = z.output<z.ZodObject<typeof ceilings>>;

/** The ceilings of a key, a tenant or a model. */
export const limits = z
  .object({
    ...ceilings,
    models: z.array(z.object({ ...ceilings, model: text })).optional(),
    'when-limited': z.enum(['reject', 'wait']).optional(),
    'max-wait': duration.optional(),
  })
  .transform((entry): Limits => ({
    ...ceilingsOf(entry),
    ...(entry.models && { models: entry.models.map((model) => ({ ...ceilingsOf(model), model: model.model })) }),
    ...(entry['when-limited'] && { whenLimited: entry['when-limited'] }),
    ...(entry['max-wait'] && { maxWaitMs: entry['max-wait'] }),
  }));

function ceilingsOf(entry: CeilingsEntry) {
  return {
    ...(entry['requests-per-minute'] && { requestsPerMinute: entry['requests-per-minute'] }),
    ...(entry['tokens-per-minute'] && { tokensPerMinute: entry['tokens-per-minute'] }),
    ...(entry.concurrent && { concurrent: entry.concurrent }),
    ...(entry.budgets && { budgets: entry.budgets }),
  };
}

function micros(usd: number): number {
  return Math.max(1, Math.round(usd * 1_000_000));
}
