import type { ErrorRule, Hedge, Limits, RoutingSettings, Strategy, ThinkingLimits } from '@switchyard/routing';

/** What an operator's configuration asks for, checked and expanded. It holds secrets in plain text: memory only. */
export interface DesiredState {
  readonly tenants: readonly DesiredTenant[];
  readonly credentials: readonly DesiredCredential[];
  /** The aliases that every tenant sees. */
  readonly aliases: readonly DesiredAlias[];
  readonly settings: RoutingSettings;
  /** Where this file wants the gateway to listen; the environment and the command line win over it. */
  readonly listen: { readonly host?: string | undefined; readonly port?: number | undefined };
}

export interface DesiredTenant {
  /** `default` is the tenant of the top-level `api-keys`. */
  readonly name: string;
  /** `'*'` reaches every prefix. */
  readonly prefixes: '*' | readonly string[];
  /** Whether credentials without a prefix are reached. */
  readonly shared: boolean;
  readonly defaultPrefix?: string | undefined;
  readonly keys: readonly DesiredKey[];
  readonly aliases: readonly DesiredAlias[];
  readonly limits?: Limits | undefined;
}

/** A client key: exactly one of `key` and `hash` is given. */
export interface DesiredKey {
  readonly key?: string | undefined;
  /** Hex HMAC-SHA-256 of the key under the pepper, as `hashKey` makes it. */
  readonly hash?: string | undefined;
  readonly name?: string | undefined;
  /** Patterns with `*` of the names this key may use; undefined: all its tenant reaches. */
  readonly models?: readonly string[] | undefined;
  /** Milliseconds since 1970. */
  readonly expiresAtMs?: number | undefined;
  /** Addresses and networks in CIDR form that it may be used from; undefined: anywhere. */
  readonly sourceAddresses?: readonly string[] | undefined;
  readonly limits?: Limits | undefined;
}

export interface DesiredCredential {
  /** The provider's slug. */
  readonly provider: string;
  /** The `name` of an `openai-compatibility` entry. */
  readonly label?: string | undefined;
  readonly prefix?: string | undefined;
  /** A higher tier is used first. */
  readonly priority: number;
  /** Without trailing slash. */
  readonly baseUrl: string;
  /** Undefined for a keyless credential. */
  readonly secret?: string | undefined;
  /** Extra upstream headers; `$Name` copies the client's header. */
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined: straight to the upstream. The top-level `proxy-url` is already filled in here. */
  readonly proxyUrl?: string | undefined;
  /** Empty: whatever `{base-url}/models` lists. */
  readonly models: readonly DesiredModel[];
  /** Lower-case patterns with `*`, matched against un-prefixed names. */
  readonly excludedModels: readonly string[];
  readonly deadlines?: Partial<RoutingSettings['deadlines']> | undefined;
  /** What of its behaviour is not the default. */
  readonly policy?: CredentialPolicy | undefined;
}

export interface CredentialPolicy {
  /** Its share of a tier's requests. */
  readonly weight?: number | undefined;
  readonly disableCooling?: boolean | undefined;
  readonly requestRetry?: number | undefined;
  readonly errorRules?: readonly ErrorRule[] | undefined;
}

export interface DesiredModel {
  /** The upstream's name. */
  readonly name: string;
  /** The name clients use, where it differs. */
  readonly alias?: string | undefined;
  /** How it can be asked to think; undefined where its name tells. */
  readonly thinking?: ThinkingLimits | undefined;
  /** Clients see the alias in answers. */
  readonly forceMapping?: boolean | undefined;
  /** Tokens that input and output may have together. */
  readonly contextLength?: number | undefined;
}

export interface DesiredAlias {
  readonly name: string;
  /** In the order they are tried. */
  readonly targets: readonly DesiredTarget[];
  /** What of its behaviour is not the default. */
  readonly policy?: AliasPolicy | undefined;
}

export interface DesiredTarget {
  readonly model: string;
  readonly weight: number;
  readonly deadlines?: Partial<RoutingSettings['deadlines']> | undefined;
}

export interface AliasPolicy {
  readonly strategy?: Strategy | undefined;
  readonly hedge?: Hedge | undefined;
  readonly deadlines?: Partial<RoutingSettings['deadlines']> | undefined;
}
