import type { Database } from '../database.js';
import { Prisma } from '../generated/client.js';
import { readState } from '../load/load-state.js';
import type { AliasRow, Change, ConfigurationRows, CredentialRow, KeyRow, Source, TenantRow } from '../state.js';
import { advanceVersion, changeConfiguration } from '../version.js';
import { planChanges, type ChangePlan, type RowChanges } from './plan-changes.js';

export interface Applied {
  /** Empty when the database already was as desired; the version is the earlier one then. */
  readonly changes: readonly Change[];
  readonly version: number;
}

export interface ApplyOptions {
  /** Who brings the rows; only rows of the same source are pruned. Default `file`. */
  readonly source?: Source;
}

/** Makes the database hold `desired`, in one transaction, one process at a time. */
export async function applyDesiredState(
  database: Database,
  desired: ConfigurationRows,
  options: ApplyOptions = {},
): Promise<Applied> {
  const source = options.source ?? 'file';
  return changeConfiguration(database, async (transaction) => {
    const stored = await readState(transaction);
    const plan = planChanges(stored, desired, source);
    if (plan.changes.length === 0) return { changes: [], version: stored.version };
    await writePlan(transaction, plan, source);
    return { changes: plan.changes, version: await advanceVersion(transaction) };
  });
}

/**
 * The order keeps every constraint true on the way: prefixes move between tenants, keys and credentials leave an owner
 * before it is deleted.
 */
async function writePlan(transaction: Prisma.TransactionClient, plan: ChangePlan, source: Source): Promise<void> {
  const { tenants, keys, aliases, providers, credentials } = plan;
  await inPieces(idsOf(tenants.updated, tenants.deleted), (ids) =>
    transaction.prefix.deleteMany({ where: { tenantId: { in: ids } } }),
  );
  await writeTenants(transaction, tenants, source);
  await writeKeys(transaction, keys, source);
  await writeAliases(transaction, aliases, source);
  await inPieces(idsOf(tenants.deleted), (ids) => transaction.tenant.deleteMany({ where: { id: { in: ids } } }));
  await inPieces([...tenants.created, ...tenants.updated].flatMap(prefixesOf), (data) =>
    transaction.prefix.createMany({ data }),
  );
  await inPieces(
    providers.created.map((row) => ({ ...row, source })),
    (data) => transaction.provider.createMany({ data }),
  );
  await transaction.provider.updateMany({ where: { id: { in: idsOf(providers.updated) } }, data: { source } });
  await writeCredentials(transaction, credentials, source);
  // A provider whose last file credential went may still carry credentials of the API.
  await transaction.provider.deleteMany({ where: { id: { in: idsOf(providers.deleted) }, credentials: { none: {} } } });
  if (plan.settings !== undefined) {
    const settings = toJson(plan.settings);
    const row = { settings, source };
    await transaction.configuration.upsert({ where: { id: 1 }, create: { id: 1, version: 0, ...row }, update: row });
  }
}

async function writeTenants(
  transaction: Prisma.TransactionClient,
  { created, updated }: RowChanges<TenantRow>,
  source: Source,
): Promise<void> {
  const toData = (row: TenantRow) => ({
    id: row.id,
    name: row.name,
    allPrefixes: row.prefixes === '*',
    shared: row.shared,
    defaultPrefix: row.defaultPrefix ?? null,
    limits: toJsonOrNull(row.limits),
    source,
  });
  await inPieces(created.map(toData), (data) => transaction.tenant.createMany({ data }));
  for (const row of updated) await transaction.tenant.update({ where: { id: row.id }, data: toData(row) });
}

function prefixesOf({ id, prefixes }: TenantRow): { name: string; tenantId: string }[] {
  return prefixes === '*' ? [] : prefixes.map((name) => ({ name, tenantId: id }));
}

async function writeKeys(
  transaction: Prisma.TransactionClient,
  { created, updated, deleted }: RowChanges<KeyRow>,
  source: Source,
): Promise<void> {
  const toData = (row: KeyRow) => ({
    id: row.id,
    tenantId: row.tenantId,
    hash: row.hash,
    visiblePrefix: row.visiblePrefix ?? null,
    name: row.name ?? null,
    allModels: row.models === undefined,
    models: [...(row.models ?? [])],
    expiresAt: row.expiresAtMs === undefined ? null : new Date(row.expiresAtMs),
    sourceAddresses: [...(row.sourceAddresses ?? [])],
    limits: toJsonOrNull(row.limits),
    source,
  });
  await inPieces(idsOf(deleted), (ids) => transaction.apiKey.deleteMany({ where: { id: { in: ids } } }));
  await inPieces(created.map(toData), (data) => transaction.apiKey.createMany({ data }));
  for (const row of updated) await transaction.apiKey.update({ where: { id: row.id }, data: toData(row) });
}

async function writeAliases(
  transaction: Prisma.TransactionClient,
  { created, updated, deleted }: RowChanges<AliasRow>,
  source: Source,
): Promise<void> {
  const toData = ({ id, tenantId, name, policy }: AliasRow) => ({
    id,
    tenantId: tenantId ?? null,
    name,
    policy: toJsonOrNull(policy),
    source,
  });
  await inPieces(idsOf(deleted), (ids) => transaction.alias.deleteMany({ where: { id: { in: ids } } }));
  await inPieces(created.map(toData), (data) => transaction.alias.createMany({ data }));
  for (const row of updated) await transaction.alias.update({ where: { id: row.id }, data: toData(row) });
  await inPieces(idsOf(updated), (ids) => transaction.aliasTarget.deleteMany({ where: { aliasId: { in: ids } } }));
  await inPieces(
    [...created, ...updated].flatMap(({ id, targets }) =>
      targets.map(({ model, weight, deadlines }, position) => ({
        aliasId: id,
        position,
        model,
        weight,
        deadlines: toJsonOrNull(deadlines),
      })),
    ),
    (data) => transaction.aliasTarget.createMany({ data }),
  );
}

async function writeCredentials(
  transaction: Prisma.TransactionClient,
  { created, updated, deleted }: RowChanges<CredentialRow>,
  source: Source,
): Promise<void> {
  const toData = (row: CredentialRow) => ({
    id: row.id,
    providerId: row.providerId,
    prefix: row.prefix ?? null,
    priority: row.priority,
    position: row.position,
    baseUrl: row.baseUrl,
    sealedSecret: row.sealedSecret ?? null,
    masterKeyId: row.masterKeyId ?? null,
    headers: toJson(row.headers),
    proxyUrl: row.proxyUrl ?? null,
    excludedModels: [...row.excludedModels],
    deadlines: toJsonOrNull(row.deadlines),
    policy: toJsonOrNull(row.policy),
    source,
  });
  await inPieces(idsOf(deleted), (ids) => transaction.credential.deleteMany({ where: { id: { in: ids } } }));
  await inPieces(created.map(toData), (data) => transaction.credential.createMany({ data }));
  for (const row of updated) await transaction.credential.update({ where: { id: row.id }, data: toData(row) });
  await inPieces(idsOf(updated), (ids) =>
    transaction.credentialModel.deleteMany({ where: { credentialId: { in: ids } } }),
  );
  await inPieces(
    [...created, ...updated].flatMap(({ id, models }) =>
      models.map(({ name, alias, forceMapping, contextLength, thinking }, position) => ({
        credentialId: id,
        position,
        name,
        alias: alias ?? null,
        forceMapping: forceMapping ?? false,
        contextLength: contextLength ?? null,
        thinking: thinking === undefined ? Prisma.DbNull : toJson(thinking),
      })),
    ),
    (data) => transaction.credentialModel.createMany({ data }),
  );
}

// The memory that a statement's compilation took stays with the process: 100 MB for 10,000 keys at once.
const ROWS_AT_ONCE = 100;

async function inPieces<Row>(rows: readonly Row[], write: (piece: Row[]) => Promise<unknown>): Promise<void> {
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) await write(rows.slice(at, at + ROWS_AT_ONCE));
}

function idsOf(...lists: readonly (readonly { readonly id: string }[])[]): string[] {
  return lists.flat().map(({ id }) => id);
}

function toJson(value: Readonly<Record<string, unknown>>): Prisma.InputJsonObject {
  return JSON.parse(JSON.stringify(value));
}

function toJsonOrNull(value: Readonly<Record<string, unknown>> | undefined) {
  return value === undefined ? Prisma.DbNull : toJson(value);
}
