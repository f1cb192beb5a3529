import type { RoutingCredential, RoutingSnapshot, RoutingTenant } from '../snapshot/snapshot.js';

/** A credential: un-prefixed, of no special priority, naming no models. */
export function credentialOf(facts: Partial<RoutingCredential> & { readonly id: string }): RoutingCredential {
  return {
    provider: 'openai-compatibility',
    priority: 0,
    models: [],
    discovered: [],
    nativeModels: [],
    excludedModels: [],
    ...facts,
  };
}

/** A tenant that reaches every prefix and the shared credentials, unless told otherwise. */
export function tenantOf(facts: Partial<RoutingTenant> & { readonly id: string }): RoutingTenant {
  return { name: facts.id, prefixes: '*', shared: true, aliases: [], ...facts };
}

/** A snapshot with the product's default settings. */
export function snapshotOf(
  facts: Partial<Omit<RoutingSnapshot, 'settings'>> & { readonly settings?: Partial<RoutingSnapshot['settings']> },
): RoutingSnapshot {
  return {
    format: 1,
    version: 1,
    tenants: [],
    keys: [],
    credentials: [],
    aliases: [],
    ...facts,
    settings: {
      forceModelPrefix: false,
      requestRetry: 0,
      maxRetryCredentials: 0,
      deadlines: { connectMs: 5_000, headersMs: 30_000, firstContentMs: 60_000, idleMs: 30_000, totalMs: 600_000 },
      passthroughHeaders: false,
      keepaliveSeconds: 0,
      ...facts.settings,
    },
  };
}
