import { z } from 'zod';

/**
 * The span a budget is counted over: a calendar's (UTC; weeks begin on Monday), or the last so many milliseconds.
 */
const windowSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('calendar'), unit: z.enum(['minute', 'hour', 'day', 'week', 'month']) }),
  z.object({ type: z.literal('rolling'), ms: z.number().int().positive() }),
]);

const budgetSchema = z.object({
  /** Of what: millionths of a dollar, or tokens of all kinds. */
  unit: z.enum(['usd-micros', 'tokens']),
  amount: z.number().int().positive(),
  window: windowSchema,
});

/** The ceilings of one key, tenant or model. Absent: without one. */
const ceilingsSchema = z.object({
  /** In any 60 seconds. */
  requestsPerMinute: z.number().int().positive().optional(),
  /** Input and output tokens in any 60 seconds. */
  tokensPerMinute: z.number().int().positive().optional(),
  /** Requests under way at once. */
  concurrent: z.number().int().positive().optional(),
  budgets: z.array(budgetSchema).optional(),
});

export const limitsSchema = ceilingsSchema.extend({
  /** Further ceilings for the requested names that match a pattern with `*`; the first match holds. */
  models: z.array(ceilingsSchema.extend({ model: z.string() })).optional(),
  /** What happens to a request over a limit. Default `reject`. */
  whenLimited: z.enum(['reject', 'wait']).optional(),
  /** The longest wait, in milliseconds. */
  maxWaitMs: z.number().int().positive().optional(),
});

export type BudgetWindow = z.infer<typeof windowSchema>;
export type Budget = z.infer<typeof budgetSchema>;
export type Ceilings = z.infer<typeof ceilingsSchema>;
export type Limits = z.infer<typeof limitsSchema>;
