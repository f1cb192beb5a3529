import type { Database } from '../database.js';
import type { Prisma } from '../generated/client.js';
import type {
  AliasRow,
  CredentialRow,
  JsonObject,
  KeyRow,
  ProviderRow,
  Stored,
  StoredState,
  TenantRow,
} from '../state.js';
import { parseRecord } from './parse-record.js';

/** Reads everything, as of one moment. */
export async function loadState(database: Database): Promise<StoredState> {
  return database.client.$transaction((transaction) => readState(transaction), {
    isolationLevel: 'RepeatableRead',
    timeout: 30_000,
  });
}

/** As `loadState`, inside a transaction of the caller's. */
export async function readState(transaction: Prisma.TransactionClient): Promise<StoredState> {
  const configuration = await transaction.configuration.findUnique({ where: { id: 1 } });
  return {
    version: Number(configuration?.version ?? 0),
    tenants: await readTenants(transaction),
    keys: await readKeys(transaction),
    aliases: await readAliases(transaction),
    providers: await readProviders(transaction),
    credentials: await readCredentials(transaction),
    settings: parseRecord(configuration?.settings ?? {}, isAnything),
    discovered: await readDiscovered(transaction),
  };
}

async function readTenants(transaction: Prisma.TransactionClient): Promise<readonly Stored<TenantRow>[]> {
  const rows = await transaction.tenant.findMany({
    orderBy: { name: 'asc' },
    include: { prefixes: true },
  });
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    // Sorted here, since the database's order depends on its collation.
    prefixes: row.allPrefixes ? '*' : row.prefixes.map(({ name }) => name).toSorted(),
    shared: row.shared,
    defaultPrefix: row.defaultPrefix ?? undefined,
    limits: readObject(row.limits),
    source: row.source,
  }));
}

async function readKeys(transaction: Prisma.TransactionClient): Promise<readonly Stored<KeyRow>[]> {
  const rows = await transaction.apiKey.findMany({ orderBy: { id: 'asc' } });
  return rows.map((row) => ({
    id: row.id,
    tenantId: row.tenantId,
    hash: row.hash,
    visiblePrefix: row.visiblePrefix ?? undefined,
    name: row.name ?? undefined,
    models: row.allModels ? undefined : row.models,
    expiresAtMs: row.expiresAt?.getTime(),
    sourceAddresses: row.sourceAddresses.length === 0 ? undefined : row.sourceAddresses,
    limits: readObject(row.limits),
    source: row.source,
  }));
}

async function readAliases(transaction: Prisma.TransactionClient): Promise<readonly Stored<AliasRow>[]> {
  const rows = await transaction.alias.findMany({
    orderBy: [{ name: 'asc' }, { id: 'asc' }],
    include: { targets: { orderBy: { position: 'asc' } } },
  });
  return rows.map((row) => ({
    id: row.id,
    tenantId: row.tenantId ?? undefined,
    name: row.name,
    targets: row.targets.map(({ model, weight, deadlines }) => ({
      model,
      weight,
      ...(deadlines !== null && { deadlines: parseRecord(deadlines, isNumber) }),
    })),
    policy: readObject(row.policy),
    source: row.source,
  }));
}

async function readProviders(transaction: Prisma.TransactionClient): Promise<readonly Stored<ProviderRow>[]> {
  const rows = await transaction.provider.findMany({ orderBy: { id: 'asc' } });
  return rows.map(({ id, slug, label, source }) => ({ id, slug, label: label ?? undefined, source }));
}

async function readCredentials(transaction: Prisma.TransactionClient): Promise<readonly Stored<CredentialRow>[]> {
  const rows = await transaction.credential.findMany({
    orderBy: [{ position: 'asc' }, { id: 'asc' }],
    include: { models: { orderBy: { position: 'asc' } } },
  });
  return rows.map((row) => ({
    id: row.id,
    providerId: row.providerId,
    prefix: row.prefix ?? undefined,
    priority: row.priority,
    position: row.position,
    baseUrl: row.baseUrl,
    sealedSecret: row.sealedSecret ?? undefined,
    masterKeyId: row.masterKeyId ?? undefined,
    headers: parseRecord(row.headers, isString),
    proxyUrl: row.proxyUrl ?? undefined,
    models: row.models.map(({ name, alias, forceMapping, contextLength, thinking }) => ({
      name,
      alias: alias ?? undefined,
      ...(forceMapping && { forceMapping }),
      ...(contextLength !== null && { contextLength }),
      ...(thinking !== null && { thinking: parseRecord(thinking, isAnything) }),
    })),
    excludedModels: row.excludedModels,
    deadlines: row.deadlines === null ? undefined : parseRecord(row.deadlines, isNumber),
    policy: readObject(row.policy),
    source: row.source,
  }));
}

async function readDiscovered(transaction: Prisma.TransactionClient): Promise<ReadonlyMap<string, readonly string[]>> {
  const rows = await transaction.discoveredModel.findMany();
  const byCredential = Map.groupBy(rows, ({ credentialId }) => credentialId);
  return new Map([...byCredential].map(([id, models]) => [id, models.map(({ name }) => name).toSorted()]));
}

function readObject(json: Prisma.JsonValue): JsonObject | undefined {
  return json === null ? undefined : parseRecord(json, isAnything);
}

const isAnything = (_value: unknown): _value is unknown => true;
const isString = (value: unknown): value is string => typeof value === 'string';
const isNumber = (value: unknown): value is number => typeof value === 'number';
