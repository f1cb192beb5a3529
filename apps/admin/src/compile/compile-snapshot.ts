import type { AliasRow, CredentialRow, StoredState } from '@switchyard/database';
import { operationsOf, providerBySlug } from '@switchyard/providers';
import { credentialSnapshotSchema, routingSnapshotSchema, type Snapshot } from '@switchyard/routing';

/**
 * What the data plane works from, out of what the database holds. Both halves have the state's version.
 *
 * @throws a ZodError when the database holds what no snapshot may, such as settings of another release.
 */
export function compileSnapshot(state: StoredState): Snapshot {
  const { version } = state;
  const settings = routingSnapshotSchema.shape.settings.parse(state.settings);
  const providers = new Map(state.providers.map((provider) => [provider.id, provider]));
  const providerOf = (credential: CredentialRow) => {
    const provider = providers.get(credential.providerId);
    if (provider === undefined) throw new Error(`credential ${credential.id} has no provider`);
    return provider;
  };
  return {
    routing: routingSnapshotSchema.parse({
      format: 1,
      version,
      tenants: state.tenants.map((tenant) => ({
        ...tenant,
        aliases: state.aliases.filter(({ tenantId }) => tenantId === tenant.id).map(compileAlias),
      })),
      keys: state.keys,
      credentials: state.credentials.map(({ policy, ...credential }) => ({
        ...policy,
        ...credential,
        provider: providerOf(credential).slug,
        discovered: state.discovered.get(credential.id) ?? [],
        ...providerFacts(providerOf(credential).slug),
      })),
      aliases: state.aliases.filter(({ tenantId }) => tenantId === undefined).map(compileAlias),
      settings,
    }),
    credentials: credentialSnapshotSchema.parse({
      format: 1,
      version,
      credentials: state.credentials.map(({ policy, ...credential }) => ({
        ...policy,
        ...credential,
        provider: providerOf(credential).slug,
        label: providerOf(credential).label,
        thinking: thinkingOf(credential),
      })),
      settings: { passthroughHeaders: settings.passthroughHeaders },
    }),
  };
}

/** By the upstream's names; undefined where nothing is said of any. A model under several aliases is one model. */
function thinkingOf({ models }: CredentialRow) {
  const said = models.flatMap(({ name, thinking }) => (thinking === undefined ? [] : [[name, thinking] as const]));
  return said.length === 0 ? undefined : Object.fromEntries(said);
}

/** What routing needs to know of a provider. An unknown one may be tried: the worker will say that it does not know it. */
function providerFacts(slug: string) {
  const provider = providerBySlug(slug);
  if (provider === undefined) return { nativeModels: [] };
  return {
    nativeModels: provider.nativeModels,
    operations: operationsOf(provider),
    quotaScope: provider.quotaScope,
    ...(provider.prefill && { prefillModels: provider.prefill.models }),
  };
}

function compileAlias({ name, targets, policy }: AliasRow) {
  return { ...policy, name, targets };
}
