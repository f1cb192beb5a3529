import {
  hashKey,
  sealSecret,
  type DesiredAlias,
  type DesiredCredential,
  type DesiredKey,
  type DesiredState,
  type Keyring,
} from '@switchyard/config';
import type { AliasRow, ConfigurationRows, CredentialRow, JsonObject, KeyRow, ProviderRow } from '@switchyard/database';

import { opaqueId } from './opaque-id.js';

export interface Secrets {
  /** Client keys are hashed under it, and ids derived. */
  readonly pepper: string;
  readonly keyring: Keyring;
}

/** A desired state as the database keeps it: keys hashed, secrets sealed, everything with its id. */
export function rowsFromDesired(desired: DesiredState, secrets: Secrets): ConfigurationRows {
  const { pepper } = secrets;
  const tenants = desired.tenants.map((tenant) => ({ id: opaqueId('tnt', pepper, [tenant.name]), ...tenant }));
  return {
    tenants: tenants.map(({ id, name, prefixes, shared, defaultPrefix, limits }) => ({
      id,
      name,
      prefixes,
      shared,
      defaultPrefix,
      limits: plain(limits),
    })),
    keys: tenants.flatMap(({ id, keys }) => keys.map((key) => keyRow(key, id, pepper))),
    aliases: [
      ...desired.aliases.map((alias) => aliasRow(alias, undefined, pepper)),
      ...tenants.flatMap(({ id, aliases }) => aliases.map((alias) => aliasRow(alias, id, pepper))),
    ],
    providers: providerRows(desired.credentials),
    credentials: credentialRows(desired.credentials, secrets),
    settings: { ...desired.settings },
  };
}

function keyRow(desired: DesiredKey, tenantId: string, pepper: string): KeyRow {
  const { key, name, models, expiresAtMs, sourceAddresses } = desired;
  const hash = desired.hash ?? hashKey(pepper, key ?? '');
  const visiblePrefix = key === undefined ? undefined : visiblePrefixOf(key);
  const id = opaqueId('key', pepper, [hash]);
  const limits = plain(desired.limits);
  return { id, tenantId, hash, visiblePrefix, name, models, expiresAtMs, sourceAddresses, limits };
}

/** Enough to tell keys apart; nothing of a key so short that it would help to guess the rest. */
function visiblePrefixOf(key: string): string | undefined {
  return key.length < 20 ? undefined : key.slice(0, 7);
}

function aliasRow({ name, targets, policy }: DesiredAlias, tenantId: string | undefined, pepper: string): AliasRow {
  return { id: opaqueId('als', pepper, [tenantId ?? '', name]), tenantId, name, targets, policy: plain(policy) };
}

/** As a JSON column takes it. */
function plain(value: object | undefined): JsonObject | undefined {
  return value === undefined ? undefined : { ...value };
}

function providerRows(credentials: readonly DesiredCredential[]): readonly ProviderRow[] {
  const rows = credentials.map(({ provider, label }) => ({ id: providerId(provider, label), slug: provider, label }));
  return [...new Map(rows.map((row) => [row.id, row])).values()];
}

function providerId(slug: string, label: string | undefined): string {
  return label === undefined ? slug : `${slug}/${label}`;
}

function credentialRows(credentials: readonly DesiredCredential[], secrets: Secrets): readonly CredentialRow[] {
  const seen = new Map<string, number>();
  return credentials.map((credential, position) => {
    const base = credentialId(credential, secrets.pepper);
    const count = (seen.get(base) ?? 0) + 1;
    seen.set(base, count);
    // The same account may be written twice, for two lists of models.
    return credentialRow(credential, { id: count === 1 ? base : `${base}-${count}`, position }, secrets.keyring);
  });
}

function credentialId({ provider, label, prefix, baseUrl, secret }: DesiredCredential, pepper: string): string {
  return opaqueId('cred', pepper, [provider, label ?? '', prefix ?? '', baseUrl, secret ?? '']);
}

interface Place {
  readonly id: string;
  readonly position: number;
}

function credentialRow(desired: DesiredCredential, { id, position }: Place, keyring: Keyring): CredentialRow {
  const { provider, label, secret, models, ...rest } = desired;
  return {
    id,
    providerId: providerId(provider, label),
    prefix: rest.prefix,
    priority: rest.priority,
    position,
    baseUrl: rest.baseUrl,
    // The id is the envelope's context: moved to another credential, it does not open.
    sealedSecret: secret === undefined ? undefined : sealSecret(keyring, secret, id),
    masterKeyId: secret === undefined ? undefined : keyring.sealingId,
    headers: rest.headers,
    proxyUrl: rest.proxyUrl,
    models,
    excludedModels: rest.excludedModels,
    deadlines: rest.deadlines,
    policy: plain(rest.policy),
  };
}
