import type {
  AliasRow,
  Change,
  ChangeKind,
  ConfigurationRows,
  CredentialRow,
  KeyRow,
  ProviderRow,
  Source,
  Stored,
  StoredState,
  TenantRow,
} from '../state.js';

/** What to write for one kind of row. */
export interface RowChanges<Row> {
  readonly created: readonly Row[];
  readonly updated: readonly Row[];
  readonly deleted: readonly Row[];
}

export interface ChangePlan {
  readonly tenants: RowChanges<TenantRow>;
  readonly keys: RowChanges<KeyRow>;
  readonly aliases: RowChanges<AliasRow>;
  readonly providers: RowChanges<ProviderRow>;
  readonly credentials: RowChanges<CredentialRow>;
  /** Undefined: as they are. */
  readonly settings: Readonly<Record<string, unknown>> | undefined;
  readonly changes: readonly Change[];
}

/** What turns `stored` into `desired`. A row that `source` did not bring stays, unless the desired state has it too. */
export function planChanges(stored: StoredState, desired: ConfigurationRows, source: Source): ChangePlan {
  const tenants = planRows(stored.tenants, desired.tenants.map(withSortedPrefixes), source);
  const keys = planRows(stored.keys, desired.keys, source);
  const aliases = planRows(stored.aliases, desired.aliases, source);
  const providers = planRows(stored.providers, desired.providers, source);
  const credentials = planRows(stored.credentials, keepSeals(stored.credentials, desired.credentials), source);
  const settings = isSame(stored.settings, desired.settings) ? undefined : desired.settings;
  const tenantNames = new Map([...stored.tenants, ...desired.tenants].map(({ id, name }) => [id, name]));
  const changes = [
    ...describe('tenant', tenants, ({ name }) => name),
    ...describe('key', keys, (key) => `${tenantNames.get(key.tenantId) ?? key.tenantId}/${key.name ?? key.id}`),
    ...describe('alias', aliases, ({ tenantId, name }) =>
      tenantId === undefined ? name : `${tenantNames.get(tenantId) ?? tenantId}/${name}`,
    ),
    ...describe('provider', providers, ({ id }) => id),
    ...describe('credential', credentials, ({ providerId, id }) => `${providerId}/${id}`),
    ...(settings === undefined ? [] : [{ action: 'updated', kind: 'settings', name: 'settings' } as const]),
  ];
  return { tenants, keys, aliases, providers, credentials, settings, changes };
}

function planRows<Row extends { readonly id: string }>(
  stored: readonly Stored<Row>[],
  desired: readonly Row[],
  source: Source,
): RowChanges<Row> {
  const before = new Map(stored.map((row) => [row.id, row]));
  const wanted = new Set(desired.map(({ id }) => id));
  return {
    created: desired.filter(({ id }) => !before.has(id)),
    updated: desired.filter((row) => {
      const current = before.get(row.id);
      return current !== undefined && !isSame(current, { ...row, source });
    }),
    deleted: stored.filter((row) => row.source === source && !wanted.has(row.id)),
  };
}

// The database knows the prefixes of a tenant as a set.
function withSortedPrefixes(tenant: TenantRow): TenantRow {
  return tenant.prefixes === '*' ? tenant : { ...tenant, prefixes: tenant.prefixes.toSorted() };
}

/**
 * Sealing the same secret twice gives different envelopes. The id stands for the secret, so a row that is sealed with
 * today's master key keeps its envelope.
 */
function keepSeals(stored: readonly CredentialRow[], desired: readonly CredentialRow[]): readonly CredentialRow[] {
  const before = new Map(stored.map((row) => [row.id, row]));
  return desired.map((row) => {
    const current = before.get(row.id);
    if (current === undefined || current.masterKeyId !== row.masterKeyId) return row;
    return { ...row, sealedSecret: current.sealedSecret };
  });
}

function describe<Row>(kind: ChangeKind, rows: RowChanges<Row>, nameOf: (row: Row) => string): readonly Change[] {
  const change = (action: Change['action']) => (row: Row) => ({ action, kind, name: nameOf(row) });
  return [
    ...rows.created.map(change('created')),
    ...rows.updated.map(change('updated')),
    ...rows.deleted.map(change('deleted')),
  ];
}

function isSame(left: unknown, right: unknown): boolean {
  return canonicalJson(left) === canonicalJson(right);
}

/** JSON with sorted keys; what is undefined is absent. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([left], [right]) => (left < right ? -1 : 1)))
      : inner,
  );
}
