import { z } from 'zod';
import { baseUrl, clientKey, duration, headers, instant, prefix, proxyUrl, secret, text } from './fields.js';

const deadlinesSchema = z
  .object({
    connect: duration,
    headers: duration,
    'first-content': duration,
    idle: duration,
    total: duration,
  })
  .partial();

const modelSchema = z.object({ name: text, alias: text.optional() });

const entryFields = {
  prefix: prefix.optional(),
  priority: z.int().default(0),
  'proxy-url': proxyUrl.optional(),
  headers: headers.default({}),
  models: z.array(modelSchema).default([]),
  'excluded-models': z.array(text).default([]),
  deadlines: deadlinesSchema.optional(),
};

const secretFields = { 'api-key': secret.optional(), 'token-file': text.optional() };

const dedicatedSchema = z.object({ ...entryFields, ...secretFields, 'base-url': baseUrl.optional() });

const compatibilitySchema = z.object({
  ...entryFields,
  name: text,
  'base-url': baseUrl,
  disabled: z.boolean().default(false),
  'api-key-entries': z.array(z.object({ ...secretFields, 'proxy-url': proxyUrl.optional() })).default([]),
});

const strategy = z.string().refine((value) => value === 'fallback', {
  error: 'is a strategy that this version cannot follow',
  params: { remedy: 'write fallback, or leave it out; the targets are tried in the order written' },
});

const aliasSchema = z.object({
  name: text,
  strategy: strategy.optional(),
  targets: z.array(z.object({ model: text, weight: z.number().positive().default(1) })).min(1),
});

const hash = z.string().regex(/^[0-9a-fA-F]{64}$/u, 'must be 64 hexadecimal digits');

const keySchema = z
  .object({
    key: clientKey.optional(),
    hash: hash.transform((value) => value.toLowerCase()).optional(),
    name: text.optional(),
    models: z.array(text).optional(),
    expires: instant.optional(),
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
  streaming: z.object({ 'keepalive-seconds': z.number().min(0).default(0) }).default({ 'keepalive-seconds': 0 }),
  deadlines: deadlinesSchema.default({}),
  tenants: z.array(tenantSchema).default([]),
  aliases: z.array(aliasSchema).default([]),
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
