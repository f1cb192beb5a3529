import type {
  RoutingAlias,
  RoutingCredential,
  RoutingKey,
  RoutingSettings,
  RoutingSnapshot,
  RoutingTenant,
} from './snapshot.js';

/** A snapshot arranged for look-ups; made once per version, read by every request. */
export interface RoutingIndex {
  readonly version: number;
  readonly settings: RoutingSettings;
  /** By the hex HMAC of the key. */
  readonly keys: ReadonlyMap<string, RoutingKey>;
  /** By id. */
  readonly tenants: ReadonlyMap<string, TenantView>;
  /** All of them, higher priority first. */
  readonly credentials: readonly RoutingCredential[];
}

/** What one tenant can see: everything else does not exist for it. */
export interface TenantView {
  readonly tenant: RoutingTenant;
  /** The tenant's own aliases, before the global ones. */
  readonly aliases: ReadonlyMap<string, RoutingAlias>;
  /** Reachable credentials with this prefix. */
  readonly byPrefix: ReadonlyMap<string, readonly RoutingCredential[]>;
  /** Reachable credentials that serve bare names: those without a prefix, and without `force-model-prefix` all. */
  readonly bare: readonly RoutingCredential[];
}

/** Arranges a snapshot. Credentials keep their order, higher priority first. */
export function indexSnapshot(snapshot: RoutingSnapshot): RoutingIndex {
  const credentials = snapshot.credentials.toSorted((a, b) => b.priority - a.priority);
  return {
    version: snapshot.version,
    settings: snapshot.settings,
    keys: new Map(snapshot.keys.map((key) => [key.hash, key])),
    tenants: new Map(snapshot.tenants.map((tenant) => [tenant.id, viewFor(tenant, credentials, snapshot)])),
    credentials,
  };
}

function viewFor(
  tenant: RoutingTenant,
  credentials: readonly RoutingCredential[],
  { aliases, settings }: Pick<RoutingSnapshot, 'aliases' | 'settings'>,
): TenantView {
  const reachable = credentials.filter((credential) => reaches(tenant, credential.prefix));
  const byPrefix = new Map<string, RoutingCredential[]>();
  for (const credential of reachable) {
    if (credential.prefix === undefined) continue;
    byPrefix.set(credential.prefix, [...(byPrefix.get(credential.prefix) ?? []), credential]);
  }
  return {
    tenant,
    aliases: new Map([...aliases, ...tenant.aliases].map((alias) => [alias.name, alias])),
    byPrefix,
    bare: reachable.filter((credential) => credential.prefix === undefined || !settings.forceModelPrefix),
  };
}

function reaches(tenant: RoutingTenant, prefix: string | undefined): boolean {
  if (prefix === undefined) return tenant.shared;
  return tenant.prefixes === '*' || tenant.prefixes.includes(prefix);
}
