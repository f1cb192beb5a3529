import { z } from 'zod';
import { thinking } from './thinking.js';
import { baseUrl, clientKey, duration, headers, instant, prefix, proxyUrl, secret, text } from './fields.js';
import { limits } from './limit-fields.js';
import { errorRule, hedge, network, priceEntry, rescue, strategy } from './policy-fields.js';

const deadlinesSchema = z
  .object({
    connect: duration,
    headers: duration,
    'first-content': duration,
    idle: duration,
    total: duration,
  })
  .partial();

const modelSchema = z.object({
  name: text,
  alias: text.optional(),
  'force-mapping': z.boolean().optional(),
  'max-context-length': z.int().positive().optional(),
  thinking: thinking.optional(),
});

const weight = z.number().positive().max(1_000_000);

const entryFields = {
  prefix: prefix.optional(),
  priority: z.int().default(0),
  'proxy-url': proxyUrl.optional(),
  headers: headers.default({}),
  models: z.array(modelSchema).default([]),
  'excluded-models': z.array(text).default([]),
  deadlines: deadlinesSchema.optional(),
  weight: weight.optional(),
  'disable-cooling': z.boolean().optional(),
  'request-retry': z.int().optional(),
  'request-scoped-errors': z.array(errorRule).default([]),
};

const secretFields = { 'api-key': secret.optional(), 'token-file': text.optional() };

const dedicatedSchema = z.object({ ...entryFields, ...secretFields, 'base-url': baseUrl.optional() });

const compatibilitySchema = z.object({
  ...entryFields,
  name: text,
  'base-url': baseUrl,
  disabled: z.boolean().default(false),
  'api-key-entries': z
    .array(z.object({ ...secretFields, 'proxy-url': proxyUrl.optional(), weight: weight.optional() }))
    .default([]),
});

const aliasSchema = z.object({
  name: text,
  strategy: strategy.optional(),
  targets: z.array(z.object({ model: text, weight: weight.default(1), deadlines: deadlinesSchema.optional() })).min(1),
  deadlines: deadlinesSchema.optional(),
  hedge: hedge.optional(),
});

const hash = z.string().regex(/^[0-9a-fA-F]{64}$/u, 'must be 64 hexadecimal digits');

const keySchema = z
  .object({
    key: clientKey.optional(),
    hash: hash.transform((value) => value.toLowerCase()).optional(),
    name: text.optional(),
    models: z.array(text).optional(),
    expires: instant.optional(),
    limits: limits.optional(),
    'source-addresses': z.array(network).optional(),
  })
  .refine((entry) => (entry.key === undefined) !== (entry.hash === undefined), {
    error: 'must have either a key or a hash',
    params: { remedy: 'write key: "${CLIENT_KEY}", or the hash that was shown when the key was made' },
  });

const prefixesSchema = z
  .union([z.literal('*'), z.array(z.string())], 'must be a list of prefixes, or "*"')
  .transform((value, context): '*' | readonly string[] => {
    if (value === '*') return '*';
    return value.map((item, index) => {
      const parsed = prefix.safeParse(item);
      if (parsed.success && parsed.data !== undefined) return parsed.data;
      const remedy = 'write single words, as in the prefix of a credential';
      context.addIssue({ code: 'custom', path: [index], message: 'is not a prefix', params: { remedy } });
      return z.NEVER;
    });
  });

const tenantSchema = z.object({
  name: text,
  prefixes: prefixesSchema.default([]),
  shared: z.boolean().default(false),
  'default-prefix': prefix.optional(),
  'api-keys': z.array(keySchema).default([]),
  aliases: z.array(aliasSchema).default([]),
  limits: limits.optional(),
});

/** The file without its dedicated blocks, once the keys that this version does not act on are out of it. */
export const configFileSchema = z.object({
  host: z.string().optional(),
  port: z.int().min(0).max(65_535).optional(),
  'api-keys': z.array(clientKey).default([]),
  'proxy-url': proxyUrl.optional(),
  'force-model-prefix': z.boolean().default(false),
  'passthrough-headers': z.boolean().default(false),
  'request-retry': z.int().min(0).default(0),
  'max-retry-credentials': z.int().min(0).default(0),
  /** Seconds. */
  'max-retry-interval': z.int().default(0),
  'max-cooldown': duration.optional(),
  'disable-cooling': z.boolean().optional(),
  /** Seconds; 0 for the built-in ones, -1 for none. */
  'transient-error-cooldown-seconds': z.int().min(-1).default(0),
  routing: z
    .object({
      strategy: strategy.optional(),
      'session-affinity': z.boolean().default(false),
      'prompt-cache-affinity': z.boolean().default(false),
    })
    .optional(),
  streaming: z.object({ 'keepalive-seconds': z.number().min(0).default(0) }).default({ 'keepalive-seconds': 0 }),
  deadlines: deadlinesSchema.default({}),
  tenants: z.array(tenantSchema).default([]),
  aliases: z.array(aliasSchema).default([]),
  limits: limits.optional(),
  rescue: rescue.optional(),
  prices: z.union([text, z.array(priceEntry)], 'must be the path of a price list, or the list itself').optional(),
  simulator: z.boolean().default(false),
  'openai-compatibility': z.array(compatibilitySchema).default([]),
});

/** The dedicated blocks, by their keys: `claude-api-key`, `openrouter` and their like. */
export const dedicatedBlocksSchema = z.record(z.string(), z.array(dedicatedSchema));

export type ConfigFile = z.output<typeof configFileSchema>;
export type DedicatedBlocks = z.output<typeof dedicatedBlocksSchema>;
export type DedicatedEntry = z.output<typeof dedicatedSchema>;
export type CompatibilityEntry = z.output<typeof compatibilitySchema>;
export type DeadlinesEntry = z.output<typeof deadlinesSchema>;
