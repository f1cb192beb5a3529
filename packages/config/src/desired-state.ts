import type { RoutingSettings } from '@switchyard/routing';

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
}

export interface DesiredModel {
  /** The upstream's name. */
  readonly name: string;
  /** The name clients use, where it differs. */
  readonly alias?: string | undefined;
}

export interface DesiredAlias {
  readonly name: string;
  /** In the order they are tried. */
  readonly targets: readonly { readonly model: string; readonly weight: number }[];
}
