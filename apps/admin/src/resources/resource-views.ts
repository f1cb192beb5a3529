import type { StoredState } from '@switchyard/database';

/** What the admin API shows of a state, by the name of the list. Each item has an id; none has a secret. */
export const RESOURCE_VIEWS = {
  tenants: ({ tenants }) => tenants,
  keys: ({ keys }) =>
    keys.map(({ hash: _hash, expiresAtMs, ...key }) => ({
      ...key,
      expires: expiresAtMs === undefined ? undefined : new Date(expiresAtMs).toISOString(),
    })),
  prefixes: viewPrefixes,
  aliases: ({ aliases }) => aliases,
  credentials: viewCredentials,
  models: viewModels,
} as const satisfies Readonly<Record<string, (state: StoredState) => readonly { readonly id: string }[]>>;

/** Those that a tenant owns and those that a credential has. */
function viewPrefixes({ tenants, credentials }: StoredState) {
  const owners = new Map(
    tenants.flatMap(({ id, prefixes }) => (prefixes === '*' ? [] : prefixes.map((name) => [name, id] as const))),
  );
  const used = credentials.flatMap(({ prefix }) => (prefix === undefined ? [] : [prefix]));
  return [...new Set([...owners.keys(), ...used])].map((name) => ({
    id: name,
    tenantId: owners.get(name),
    credentialIds: credentials.filter(({ prefix }) => prefix === name).map(({ id }) => id),
  }));
}

function viewCredentials({ credentials, providers, discovered }: StoredState) {
  const providerById = new Map(providers.map((provider) => [provider.id, provider]));
  return credentials.map((credential) => ({
    id: credential.id,
    provider: providerById.get(credential.providerId)?.slug,
    label: providerById.get(credential.providerId)?.label,
    prefix: credential.prefix,
    priority: credential.priority,
    baseUrl: withoutPassword(credential.baseUrl),
    hasSecret: credential.sealedSecret !== undefined,
    // Their values may be secrets.
    headerNames: Object.keys(credential.headers),
    proxyUrl: credential.proxyUrl === undefined ? undefined : withoutPassword(credential.proxyUrl),
    models: credential.models,
    discoveredModels: discovered.get(credential.id)?.length ?? 0,
    excludedModels: credential.excludedModels,
    deadlines: credential.deadlines,
    policy: credential.policy,
    source: credential.source,
  }));
}

function viewModels({ credentials, discovered }: StoredState) {
  return credentials.flatMap(({ id: credentialId, prefix, models }) => {
    const configured = models.map(({ name, alias }, index) => ({
      id: `${credentialId}/${String(index).padStart(4, '0')}`,
      credentialId,
      prefix,
      name,
      alias,
      origin: 'configured',
    }));
    if (configured.length > 0) return configured;
    return (discovered.get(credentialId) ?? []).map((name) => ({
      id: `${credentialId}/${name}`,
      credentialId,
      prefix,
      name,
      alias: undefined,
      origin: 'discovered',
    }));
  });
}

function withoutPassword(text: string): string {
  const url = URL.parse(text);
  if (url === null || (url.username === '' && url.password === '')) return text;
  url.username = '';
  url.password = '';
  return url.href;
}
