import { z } from 'zod';

/** Waits, in milliseconds, each from its own start. */
export const deadlinesSchema = z.object({
  connectMs: z.number(),
  headersMs: z.number(),
  firstContentMs: z.number(),
  idleMs: z.number(),
  totalMs: z.number(),
});

export const STRATEGIES = [
  'fallback',
  'round-robin',
  'weighted',
  'fill-first',
  'least-latency',
  'least-busy',
  'cheapest',
] as const;

/**
 * How candidates of one priority are ordered, and, for an alias, its targets. `fallback` keeps the targets in the order
 * written and takes turns among the candidates of each.
 */
export const strategySchema = z.enum(STRATEGIES);

/** A second attempt beside a slow first one. */
export const hedgeSchema = z.object({
  /** Milliseconds without content, or the alias's own 95th percentile. */
  after: z.union([z.literal('p95'), z.number().int().positive()]),
  /** Extra calls at most, as a share of all. */
  maxExtra: z.number().positive().max(1),
});

/** What becomes of a stream that dies after content reached the client. */
export const rescueSchema = z.object({
  text: z.enum(['continue', 'error']),
  tools: z.enum(['continue', 'error']),
});

/** An operator's rule: what an upstream's answer means, by its status and a pattern of its body. */
export const errorRuleSchema = z.object({
  status: z.number().int().optional(),
  /** A regular expression, searched in the error's message, code and type without regard to case. */
  pattern: z.string().optional(),
  action: z.enum(['stop', 'stop-and-cooldown', 'continue', 'continue-and-cooldown']),
});

/** What tokens cost, in millionths of a dollar for a million tokens. */
export const priceSchema = z.object({
  /** A provider's slug; undefined: any. */
  provider: z.string().optional(),
  /** A pattern with `*` of the upstream's names; the first match holds. */
  model: z.string(),
  input: z.number().min(0),
  output: z.number().min(0),
  cacheRead: z.number().min(0).optional(),
  cacheWrite5m: z.number().min(0).optional(),
  cacheWrite1h: z.number().min(0).optional(),
});

/** How requests stay with a credential, for prompt caches and sessions. */
export const affinitySchema = z.object({
  session: z.boolean(),
  promptCache: z.boolean(),
});

export type AttemptDeadlines = z.infer<typeof deadlinesSchema>;
export type Strategy = z.infer<typeof strategySchema>;
export type Hedge = z.infer<typeof hedgeSchema>;
export type Rescue = z.infer<typeof rescueSchema>;
export type ErrorRule = z.infer<typeof errorRuleSchema>;
export type Price = z.infer<typeof priceSchema>;
export type Affinity = z.infer<typeof affinitySchema>;
