/** Who brought a row. Applying a file prunes only what files brought. */
export type Source = 'file' | 'api';

/** What only the control plane understands. Values are equal when their JSON is, whatever the order of their keys. */
export type JsonObject = Readonly<Record<string, unknown>>;

export interface TenantRow {
  readonly id: string;
  readonly name: string;
  /** `'*'` reaches every prefix. A prefix that is named belongs to one tenant only. */
  readonly prefixes: '*' | readonly string[];
  /** Whether credentials without a prefix are reached. */
  readonly shared: boolean;
  readonly defaultPrefix?: string | undefined;
  readonly limits?: JsonObject | undefined;
}

export interface KeyRow {
  readonly id: string;
  readonly tenantId: string;
  /** Hex HMAC-SHA-256 of the key under the pepper. */
  readonly hash: string;
  /** The key's first characters, where the key itself was seen. */
  readonly visiblePrefix?: string | undefined;
  readonly name?: string | undefined;
  /** Patterns; undefined: all that the tenant reaches. */
  readonly models?: readonly string[] | undefined;
  /** Milliseconds since 1970. */
  readonly expiresAtMs?: number | undefined;
  /** Addresses and networks it may be used from; undefined: anywhere. */
  readonly sourceAddresses?: readonly string[] | undefined;
  readonly limits?: JsonObject | undefined;
}

export interface AliasRow {
  readonly id: string;
  /** Undefined: seen by every tenant. */
  readonly tenantId?: string | undefined;
  readonly name: string;
  /** In the order they are tried. */
  readonly targets: readonly TargetRow[];
  readonly policy?: JsonObject | undefined;
}

export interface TargetRow {
  readonly model: string;
  readonly weight: number;
  /** Milliseconds by name. */
  readonly deadlines?: Readonly<Record<string, number>> | undefined;
}

export interface ProviderRow {
  readonly id: string;
  readonly slug: string;
  /** The name of an `openai-compatibility` entry. */
  readonly label?: string | undefined;
}

export interface CredentialRow {
  /** Opaque; stable while the secret and the address stay the same. */
  readonly id: string;
  readonly providerId: string;
  readonly prefix?: string | undefined;
  readonly priority: number;
  /** The order of the configuration. */
  readonly position: number;
  readonly baseUrl: string;
  /** Undefined for a keyless credential. */
  readonly sealedSecret?: string | undefined;
  /** The master key that seals this row. */
  readonly masterKeyId?: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly proxyUrl?: string | undefined;
  readonly models: readonly ModelRow[];
  readonly excludedModels: readonly string[];
  /** Milliseconds by name. */
  readonly deadlines?: Readonly<Record<string, number>> | undefined;
  readonly policy?: JsonObject | undefined;
}

export interface ModelRow {
  readonly name: string;
  readonly alias?: string | undefined;
  readonly forceMapping?: boolean | undefined;
  readonly contextLength?: number | undefined;
  /** How it can be asked to think: JSON that only the control plane understands. */
  readonly thinking?: Readonly<Record<string, unknown>> | undefined;
}

/** The whole configuration as rows. The settings are JSON that only the control plane understands. */
export interface ConfigurationRows {
  readonly tenants: readonly TenantRow[];
  readonly keys: readonly KeyRow[];
  readonly aliases: readonly AliasRow[];
  readonly providers: readonly ProviderRow[];
  readonly credentials: readonly CredentialRow[];
  readonly settings: Readonly<Record<string, unknown>>;
}

/** A row, and who brought it. */
export type Stored<Row> = Row & { readonly source: Source };

/** What the database holds: one consistent moment of it. */
export interface StoredState {
  /** Grows with every change of anything below. */
  readonly version: number;
  readonly tenants: readonly Stored<TenantRow>[];
  readonly keys: readonly Stored<KeyRow>[];
  readonly aliases: readonly Stored<AliasRow>[];
  readonly providers: readonly Stored<ProviderRow>[];
  readonly credentials: readonly Stored<CredentialRow>[];
  readonly settings: Readonly<Record<string, unknown>>;
  /** The names an upstream listed, sorted, by credential id. */
  readonly discovered: ReadonlyMap<string, readonly string[]>;
}

export type ChangeKind = 'tenant' | 'key' | 'alias' | 'provider' | 'credential' | 'settings';

/** What an apply did, in words that are fit for a log: never a secret. */
export interface Change {
  readonly action: 'created' | 'updated' | 'deleted';
  readonly kind: ChangeKind;
  readonly name: string;
}
