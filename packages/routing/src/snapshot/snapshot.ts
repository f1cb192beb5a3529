import { REASONING_EFFORTS } from '@switchyard/canonical';
import { z } from 'zod';

import { limitsSchema } from './limits.js';
import {
  affinitySchema,
  deadlinesSchema,
  errorRuleSchema,
  hedgeSchema,
  priceSchema,
  rescueSchema,
  strategySchema,
} from './policies.js';

/** A model that a credential names: the upstream's `name`, and the `alias` clients use for it, if any. */
const modelSchema = z.object({
  name: z.string(),
  alias: z.string().optional(),
  /** Clients see the alias in answers, where they would see the upstream's name. */
  forceMapping: z.boolean().optional(),
  /** Lists show the upstream's name beside the alias. */
  fork: z.boolean().optional(),
  /** Tokens that input and output may have together, where known. */
  contextLength: z.number().int().positive().optional(),
});

/** A provider account as routing sees it: no secret, no address. */
const credentialSchema = z.object({
  /** Opaque; stable while the credential's secret and address stay the same. */
  id: z.string(),
  /** The provider's slug, or `openai-compatibility`. */
  provider: z.string(),
  prefix: z.string().optional(),
  /** A higher tier is used first. */
  priority: z.number().int(),
  /** Its share of a tier's requests under `weighted`. Default 1. */
  weight: z.number().positive().optional(),
  /** Whether the provider counts quota for the whole account or for each model. Default `model`. */
  quotaScope: z.enum(['account', 'model']).optional(),
  /** Never cooled: failures rotate and are forgotten. */
  disableCooling: z.boolean().optional(),
  /** Extra rounds after the first, where it has a number of its own. */
  requestRetry: z.number().int().min(0).optional(),
  /** Upstream models, as patterns with `*`, that go on from an assistant turn that they are given the start of. */
  prefillModels: z.array(z.string()).optional(),
  /** The models named in the configuration. Empty: whatever was discovered, and any name behind the prefix. */
  models: z.array(modelSchema),
  /** What `{base-url}/models` listed, when `models` is empty. */
  discovered: z.array(z.string()),
  /** Further names for what was discovered, when `models` is empty: those of the account's OAuth channel. */
  modelAliases: z.array(modelSchema.extend({ alias: z.string() })).optional(),
  /** Patterns with `*` of bare names that may be tried although neither named nor discovered. */
  nativeModels: z.array(z.string()),
  /**
   * The operations the provider can be asked for; a newer release may name some that we do not know. Undefined in a
   * snapshot of a release that did not tell: anything may be tried.
   */
  operations: z.array(z.string()).optional(),
  /** Lower-case patterns with `*`, matched against un-prefixed names. */
  excludedModels: z.array(z.string()),
  deadlines: deadlinesSchema.partial().optional(),
});

const aliasSchema = z.object({
  name: z.string(),
  /** Default `fallback`. */
  strategy: strategySchema.optional(),
  targets: z
    .array(
      z.object({
        model: z.string(),
        weight: z.number().positive(),
        deadlines: deadlinesSchema.partial().optional(),
      }),
    )
    .min(1),
  deadlines: deadlinesSchema.partial().optional(),
  hedge: hedgeSchema.optional(),
});

const tenantSchema = z.object({
  id: z.string(),
  name: z.string(),
  /** `'*'` reaches every prefix. */
  prefixes: z.union([z.literal('*'), z.array(z.string())]),
  /** Whether credentials without a prefix are reached. */
  shared: z.boolean(),
  defaultPrefix: z.string().optional(),
  aliases: z.array(aliasSchema),
  limits: limitsSchema.optional(),
});

const keySchema = z.object({
  id: z.string(),
  /** Hex HMAC-SHA-256 of the key under the pepper. */
  hash: z.string(),
  tenantId: z.string(),
  name: z.string().optional(),
  /** Patterns of the names this key may use; undefined: all its tenant reaches. */
  models: z.array(z.string()).optional(),
  /** Milliseconds since 1970. */
  expiresAtMs: z.number().optional(),
  /** Networks in CIDR form that the key may be used from; undefined: anywhere. */
  sourceAddresses: z.array(z.string()).optional(),
  /** Those of the settings hold where it has none of its own. */
  limits: limitsSchema.optional(),
});

const settingsSchema = z.object({
  forceModelPrefix: z.boolean(),
  /** Extra rounds over the candidates after the first. */
  requestRetry: z.number().int().min(0),
  /** Candidates tried per round; 0 is all. */
  maxRetryCredentials: z.number().int().min(0),
  deadlines: deadlinesSchema,
  /** Whether upstream response headers reach the client, filtered. */
  passthroughHeaders: z.boolean(),
  /** Seconds between SSE comments while waiting; 0 is off. */
  keepaliveSeconds: z.number().min(0),
  /** How the candidates of a name that is no alias are ordered. Default `round-robin`. */
  strategy: strategySchema.optional(),
  affinity: affinitySchema.optional(),
  /** The longest that a credential is left alone, whatever it was told, in milliseconds. Default 15 minutes. */
  maxCooldownMs: z.number().int().positive().optional(),
  /** How long a credential is left alone after a first transient error, in milliseconds. */
  transientCooldownMs: z.number().int().min(0).optional(),
  disableCooling: z.boolean().optional(),
  /** The longest pause before another round over the candidates, in milliseconds. */
  maxRetryIntervalMs: z.number().int().min(0).optional(),
  rescue: rescueSchema.optional(),
  /** For every key that has none of its own. */
  limits: limitsSchema.optional(),
  prices: z.array(priceSchema).optional(),
});

/** What the gateway decides from. Immutable; a change is a new version. */
export const routingSnapshotSchema = z.object({
  format: z.literal(1),
  version: z.number().int(),
  tenants: z.array(tenantSchema),
  keys: z.array(keySchema),
  credentials: z.array(credentialSchema),
  aliases: z.array(aliasSchema),
  settings: settingsSchema,
});

/** How a model can be asked to think, where the operator says so. Without levels and budget it does not think. */
export const thinkingLimitsSchema = z.object({
  /** The efforts it takes, from least to most. */
  levels: z.array(z.enum(REASONING_EFFORTS)).optional(),
  /** The token budgets it takes. */
  budget: z.object({ min: z.number(), max: z.number() }).optional(),
  /** Whether it can be asked not to think. */
  canStop: z.boolean().optional(),
  /** Whether it can be left to the model how much it thinks. */
  canDecide: z.boolean().optional(),
});

export type ThinkingLimits = z.infer<typeof thinkingLimitsSchema>;

/** What a worker needs to call with a credential. `sealedSecret` opens only with the master key. */
const workerCredentialSchema = z.object({
  id: z.string(),
  provider: z.string(),
  /** The name of an `openai-compatibility` entry. */
  label: z.string().optional(),
  baseUrl: z.string(),
  /** AES-256-GCM envelope, or undefined for a keyless credential. */
  sealedSecret: z.string().optional(),
  /** Extra upstream headers; `$Name` copies the client's header. */
  headers: z.record(z.string(), z.string()),
  proxyUrl: z.string().optional(),
  /** By the upstream's name of the model. */
  thinking: z.record(z.string(), thinkingLimitsSchema).optional(),
  /** The operator's own reading of its errors. */
  errorRules: z.array(errorRuleSchema).optional(),
});

/** What the workers act with: the same version number, the other half. */
export const credentialSnapshotSchema = z.object({
  format: z.literal(1),
  version: z.number().int(),
  credentials: z.array(workerCredentialSchema),
  settings: z.object({ passthroughHeaders: z.boolean() }),
});

export type RoutingSnapshot = z.infer<typeof routingSnapshotSchema>;
export type CredentialSnapshot = z.infer<typeof credentialSnapshotSchema>;
export type ModelEntry = z.infer<typeof modelSchema>;
export type RoutingCredential = z.infer<typeof credentialSchema>;
export type RoutingTenant = z.infer<typeof tenantSchema>;
export type RoutingKey = z.infer<typeof keySchema>;
export type RoutingAlias = z.infer<typeof aliasSchema>;
export type RoutingSettings = z.infer<typeof settingsSchema>;
export type WorkerCredential = z.infer<typeof workerCredentialSchema>;

/** Both halves of one version, as admin compiles and publishes them. */
export interface Snapshot {
  readonly routing: RoutingSnapshot;
  readonly credentials: CredentialSnapshot;
}
